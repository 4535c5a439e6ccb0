import { describe, expect, it } from "vitest";
import { Pace } from "./pace";

describe("the pace of a list", () => {
  it("calls a jump no flight, and reading neither", () => {
    const pace = new Pace();
    expect(pace.flies(5_000, 12)).toBe(false);
    for (let row = 5_001; row < 5_050; row += 3) expect(pace.flies(row, 12)).toBe(false);
  });

  it("sees rows fly by, either way, until they slow down", () => {
    const pace = new Pace();
    expect([160, 320, 480].map((row) => pace.flies(row, 12))).toEqual([false, true, true]);
    expect([300, 140].map((row) => pace.flies(row, 12))).toEqual([true, true]);
    expect(pace.flies(130, 12)).toBe(false);
    expect(pace.flies(330, 12)).toBe(false);
  });
});
