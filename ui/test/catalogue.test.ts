import { compileMessage } from "@lingui/message-utils/compileMessage";
import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../src/backend/types";
import { en } from "../src/locales/en";
import { errors } from "../src/locales/en/errors";
import { t } from "../src/locales/i18n";
import { failureWords } from "../src/shared/failures";

const messages = Object.entries(en);

describe("the catalogue", () => {
  it.each(messages)("%s is a message that can be read", (_, message) => {
    const tokens = compileMessage(message);
    expect(tokens.length).toBeGreaterThan(0);
    // What could not be parsed comes back as it was, with its braces.
    if (typeof tokens === "string") expect(tokens).not.toMatch(/[{}]/);
    for (const token of tokens) if (typeof token === "string") expect(token).not.toMatch(/[{}]/);
  });

  it("has no key twice among its parts", () => {
    // `en` is put together from parts: a key in two of them would hide one silently.
    expect(Object.keys(en)).toHaveLength(messages.length);
  });

  it("counts in plurals", () => {
    expect(t("chart.count", { n: 1 })).toBe("1 record");
    expect(t("chart.count", { n: 1200 })).toBe("1,200 records");
  });

  it("uses none of the words nobody should have to read", () => {
    for (const [key, message] of messages)
      expect(message, key).not.toMatch(/\boops\b|\binvalid\b|\bproxy\b|\bdata subject\b/i);
  });
});

describe("errors", () => {
  const codes = Object.keys(errors)
    .filter((key) => key.endsWith(".what"))
    .map((key) => key.slice("error.".length, -".what".length) as ErrorCode);

  it.each(codes)("%s says what happened and how to mend it, without its code", (code) => {
    const { what, mend } = failureWords({ code, params: {} });
    expect(what.length).toBeGreaterThan(10);
    expect(mend.length).toBeGreaterThan(10);
    if (code.includes("-")) expect(`${what} ${mend}`).not.toContain(code);
    expect(`${what} ${mend}`).not.toMatch(/[{}]|undefined/);
  });

  it("names the field in the label's words", () => {
    expect(failureWords({ code: "field", params: { field: "birthDate", reason: "missing" } }).what).toBe(
      "Date of birth is empty",
    );
    expect(failureWords({ code: "field", params: { field: "name", reason: "never heard of" } }).what).toBe(
      "Name needs another look",
    );
  });

  it("tells apart why an invitation was refused", () => {
    expect(failureWords({ code: "invitation-refused", params: { reason: "withdrawn" } }).mend).toContain(
      "withdrawn",
    );
    expect(failureWords({ code: "invitation-refused", params: { reason: "key-taken" } }).mend).toContain(
      "this computer",
    );
    expect(failureWords({ code: "invitation-refused", params: {} }).mend).toContain("tried too often");
  });

  it("never shows what an unexpected failure says", () => {
    expect(failureWords(new Error("/home/anna/secret"))).toEqual({
      what: t("error.internal.what"),
      mend: t("error.internal.mend"),
    });
    expect(failureWords({ code: "from-a-newer-core", params: {} })).toEqual({
      what: t("error.internal.what"),
      mend: t("error.internal.mend"),
    });
  });
});
