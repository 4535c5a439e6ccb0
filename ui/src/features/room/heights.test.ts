import { describe, expect, it } from "vitest";
import { Heights } from "./heights";

describe("heights of very many rows", () => {
  it("guesses, then believes what is measured", () => {
    const heights = new Heights(1000, 50, 30, [0, 400]);
    expect(heights.of(0)).toBe(80);
    expect(heights.of(1)).toBe(50);
    expect(heights.top(400)).toBe(400 * 50 + 30);
    expect(heights.total).toBe(1000 * 50 + 60);
    expect(heights.measure(3, 90)).toBe(40);
    expect(heights.measure(3, 90)).toBe(0);
    expect(heights.top(3)).toBe(3 * 50 + 30);
    expect(heights.top(4)).toBe(4 * 50 + 30 + 40);
    expect(heights.total).toBe(1000 * 50 + 100);
  });

  it("finds the row at every distance, as adding up one by one would", () => {
    const heights = new Heights(500, 40, 25, [0, 7, 90, 499]);
    for (let index = 0; index < 500; index += 3) heights.measure(index, 20 + ((index * 37) % 90));
    let top = 0;
    for (let index = 0; index < 500; index += 1) {
      expect(heights.top(index)).toBeCloseTo(top, 6);
      expect(heights.at(top + 0.5)).toBe(index);
      top += heights.of(index);
    }
    expect(heights.total).toBeCloseTo(top, 6);
    expect(heights.at(top + 1000)).toBe(499);
    expect(heights.at(-5)).toBe(0);
  });

  it("answers for 100 000 rows without looking at each", () => {
    const heights = new Heights(100_000, 96, 56, [0, 50_000]);
    heights.measure(99_999, 120);
    expect(heights.at(heights.total - 1)).toBe(99_999);
  });
});
