import { expect, test } from "vitest";
import { items } from "./fake/chart";
import { leanItem } from "./fake/lean";
import type { ChartItem, QuantityView, ReferenceRangeView, ValueView } from "./types";
import { wholeItem } from "./whole";

const amount: QuantityView = { value: null, comparator: null, unit: null, code: null };
const code = { display: "x", system: null, code: null };
const values: ValueView[] = [
  { kind: "quantity", quantity: amount },
  { kind: "concept", code },
  { kind: "text", text: "" },
  { kind: "boolean", yes: false },
  { kind: "number", digits: "0" },
  { kind: "range", low: amount, high: null },
  { kind: "ratio", numerator: null, denominator: amount },
  { kind: "sampled", origin: amount, period: null, factor: null, dimensions: null, data: null },
  { kind: "date", value: "2018", precision: "year" },
  { kind: "period", start: null, end: null },
  { kind: "reference", display: null, reference: null, resourceType: null },
  { kind: "identifier", system: null, value: null },
  { kind: "link", url: "" },
  { kind: "absent", reason: "unknown" },
];
const range: ReferenceRangeView = { low: amount, high: null, text: null, rangeType: code, appliesTo: [] };
const bare: ChartItem = {
  id: "1",
  category: "results",
  sensitivity: [],
  resourceType: "",
  title: "",
  code,
  date: { value: "2018", precision: "year", role: "effective", end: null, endPrecision: null },
  status: null,
  markers: [],
  value: null,
  absent: null,
  components: values.map((value) => ({ code, value, absent: null, ranges: [range], flags: [] })),
  ranges: [range],
  flags: [],
  details: [
    "words",
    { term: "severity", code: "mild" },
    {
      dose: [
        { kind: "every", times: "1", timesTo: null, period: "1", periodTo: null, unit: "d" },
        { kind: "asNeeded", what: null },
        { kind: "days", days: [] },
      ],
    },
  ],
  performer: null,
  attachments: 0,
  source: "",
  received: null,
};

test("what is empty in an item is there again", () => {
  expect(JSON.stringify(leanItem(bare))).not.toContain("null");
  for (const item of [bare, { ...bare, code: null, date: null, components: [], ranges: [] }, ...items]) {
    expect(wholeItem(leanItem(item))).toEqual(item);
    // And one that came whole stays as it is.
    expect(wholeItem(item)).toEqual(item);
  }
});
