import { compileMessage } from "@lingui/message-utils/compileMessage";
import { describe, expect, test } from "vitest";
import { en } from "./en";
import { es } from "./es";
import { pseudo } from "./pseudo";
import { zh } from "./zh";

type Compiled = ReturnType<typeof compileMessage>;

/** The names a message asks for, with the kind of each, also inside of plural branches. */
function asked(compiled: Compiled, into = new Set<string>()): Set<string> {
  if (!Array.isArray(compiled)) return into;
  for (const part of compiled) {
    if (!Array.isArray(part)) continue;
    const [name, kind, options] = part as [string, string?, Record<string, Compiled>?];
    if (name !== "#") into.add(kind ? `${name}:${kind}` : name);
    if (options && typeof options === "object")
      for (const branch of Object.values(options)) if (Array.isArray(branch)) asked(branch, into);
  }
  return into;
}

const names = (message: string) =>
  new Set([...asked(compileMessage(message))].map((each) => each.split(":")[0]));
const keys = Object.keys(en) as (keyof typeof en)[];

/** The branches of every plural of a message. */
function plurals(compiled: Compiled, into: string[][] = []): string[][] {
  if (!Array.isArray(compiled)) return into;
  for (const part of compiled) {
    if (!Array.isArray(part)) continue;
    const [, kind, options] = part as [string, string?, Record<string, Compiled>?];
    if (kind === "plural" && options) into.push(Object.keys(options).filter((name) => name !== "offset"));
    if (options && typeof options === "object")
      for (const branch of Object.values(options)) if (Array.isArray(branch)) plurals(branch, into);
  }
  return into;
}

describe.each([
  ["es", es],
  ["zh", zh],
] as const)("the catalogue %s", (language, catalogue) => {
  test("has every message and no other", () => {
    expect(keys.filter((key) => !catalogue[key]?.trim())).toEqual([]);
    expect(Object.keys(catalogue).filter((key) => !(key in en))).toEqual([]);
  });

  test("fills in the same things as the English one", () => {
    const wrong = keys.filter((key) => {
      const message = catalogue[key];
      if (message === undefined) return false;
      const [here, there] = [names(message), names(en[key])];
      return here.size !== there.size || [...here].some((name) => !there.has(name));
    });
    expect(wrong).toEqual([]);
  });

  test("has the plural forms of its language, and `other` in each", () => {
    const rules = new Intl.PluralRules(language === "zh" ? "zh-Hans" : language).resolvedOptions()
      .pluralCategories;
    const wrong = keys.filter((key) => {
      const message = catalogue[key];
      return (
        message !== undefined &&
        plurals(compileMessage(message)).some(
          (forms) =>
            !forms.includes("other") ||
            forms.some((form) => !/^=?\d+$/.test(form) && !(rules as string[]).includes(form)),
        )
      );
    });
    expect(wrong).toEqual([]);
  });

  test("is not English", () => {
    // Long enough to be a sentence, and letter by letter the same: forgotten.
    const forgotten = keys.filter((key) => en[key].split(" ").length >= 4 && catalogue[key] === en[key]);
    expect(forgotten).toEqual([]);
  });
});

test("the pseudo-language keeps what is filled in", () => {
  for (const key of keys) expect([...names(pseudo[key])]).toEqual([...names(en[key])]);
});
