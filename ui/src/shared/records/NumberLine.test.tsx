import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { QuantityView, ReferenceRangeView, ValueView } from "../../backend/types";
import { lie, NumberLine, span } from "./NumberLine";

const amount = (
  value: string | null,
  unit: string | null,
  comparator: string | null = null,
): QuantityView => ({
  value,
  comparator,
  unit,
  code: null,
});
const quantity = (
  value: string | null,
  unit: string | null,
  comparator: string | null = null,
): ValueView => ({
  kind: "quantity",
  quantity: amount(value, unit, comparator),
});
const range = (low: QuantityView | null, high: QuantityView | null): ReferenceRangeView => ({
  low,
  high,
  text: null,
  rangeType: null,
  appliesTo: [],
});

const potassium = range(amount("3.5", "mmol/L"), amount("5.1", "mmol/L"));

describe("the number line", () => {
  it("says the same in words as it draws", () => {
    render(<NumberLine value={quantity("5.9", "mmol/L")} range={potassium} />);
    expect(screen.getByRole("img").getAttribute("aria-label")).toBe(
      "Value 5.9 mmol/L against the laboratory’s range 3.5 to 5.1 mmol/L",
    );
  });

  it.each([
    ["another unit", quantity("5.9", "mg/dL"), potassium],
    ["a value known only as less than", quantity("5.9", "mmol/L", "<"), potassium],
    ["no number", quantity("high", "mmol/L"), potassium],
    ["no value", quantity(null, "mmol/L"), potassium],
    ["no range", quantity("5.9", "mmol/L"), range(null, null)],
    [
      "one end without a number",
      quantity("5.9", "mmol/L"),
      range(amount("low", "mmol/L"), amount("5.1", "mmol/L")),
    ],
    ["words", { kind: "text", text: "5.9" } as ValueView, potassium],
  ])("draws nothing that would not be true: %s", (_, value, reference) => {
    expect(lie(value, reference)).toBeUndefined();
  });

  it("has room on both sides, also for a range of one end", () => {
    const { from, to } = span({ value: 9, low: undefined, high: 5 });
    expect(from).toBeLessThan(5);
    expect(to).toBeGreaterThan(9);
    expect(span({ value: 0, low: 0, high: undefined }).to).toBeGreaterThan(0);
  });
});
