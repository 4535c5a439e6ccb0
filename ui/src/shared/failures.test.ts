import { describe, expect, it } from "vitest";
import { failureWords } from "./failures";
import { fullDate } from "./format/dates";

describe("what went wrong", () => {
  it("says from when on as a date, not as seconds", () => {
    const again = 1_796_256_000;
    const { mend } = failureWords({ code: "credential-exhausted", params: { again: String(again) } });
    expect(mend).toContain(fullDate(again));
    expect(mend).not.toContain(String(again));
  });

  it("is told for each way in which nobody can be certified", () => {
    const codes = ["epoch-differs", "misbehaves", "exhausted", "not-issued", "refused"];
    const told = codes.map(
      (code) => failureWords({ code: `credential-${code}`, params: { again: "1" } }).what,
    );
    expect(new Set(told).size).toBe(codes.length);
  });
});
