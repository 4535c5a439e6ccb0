/** DEVELOPMENT ONLY: invented entries for the clinical sheets, with dates that never change. */
import type {
  ChartItem,
  ComparisonView,
  DensityView,
  DocumentView,
  MedicineView,
  QuantityView,
  ReferenceRangeView,
  TrendPoint,
  TrendView,
  ValueView,
} from "../backend/types";

export const amount = (value: string, unit: string): QuantityView => ({
  value,
  comparator: null,
  unit,
  code: unit,
  system: null,
});

export const quantity = (value: string, unit: string): ValueView => ({
  kind: "quantity",
  quantity: amount(value, unit),
});

export const range = (low: string | null, high: string | null, unit: string): ReferenceRangeView => ({
  low: low === null ? null : amount(low, unit),
  high: high === null ? null : amount(high, unit),
  text: null,
  rangeType: null,
  appliesTo: [],
});

export const entry = (
  id: string,
  title: string,
  day: string,
  change: Partial<ChartItem> = {},
): ChartItem => ({
  id,
  category: "results",
  sensitivity: [],
  resourceType: "Observation",
  title,
  code: { display: title, system: null, code: null },
  date: { value: day, precision: "day", role: "effective", end: null, endPrecision: null },
  status: "final",
  markers: [],
  value: null,
  absent: null,
  components: [],
  ranges: [],
  flags: [],
  details: [],
  performer: "Sample Laboratory",
  attachments: 0,
  source: "records-2026/bundle-1.json",
  received: Date.UTC(2026, 10, 20, 12) / 1000,
  ...change,
});

const drawn = (item: ChartItem, value: number | null, converted = false): TrendPoint => ({
  item,
  value,
  converted,
  component: null,
});

const trend = (
  name: string,
  unit: string,
  points: TrendPoint[],
  change: Partial<TrendView> = {},
): TrendView => ({
  key: `text|${name.toLowerCase()}`,
  name,
  unit,
  points,
  ranges: [],
  conversion: null,
  leftOut: 0,
  cut: false,
  ...change,
});

const potassium = (id: string, day: string, value: string) =>
  drawn(entry(id, "Potassium", day, { value: quantity(value, "mmol/L") }), Number(value));

export const fewPoints = trend("Potassium", "mmol/L", [
  potassium("k1", "2019-03-04", "4.2"),
  potassium("k2", "2021-05-02", "5.9"),
]);

/** The laboratory changed its range twice. */
export const changedRanges = trend(
  "Glucose",
  "mmol/L",
  [5.1, 5.6, 6.4, 5.3, 7.1, 5.8].map((value, n) => {
    const day = `${String(2012 + 2 * n)}-0${String(n + 2)}-11`;
    return drawn(entry(`g${String(n)}`, "Glucose", day, { value: quantity(String(value), "mmol/L") }), value);
  }),
  {
    ranges: [
      { from: "2012-02-11", low: 3.9, high: 6.1, written: range("3.9", "6.1", "mmol/L") },
      { from: "2016-04-11", low: 3.9, high: 5.5, written: range("3.9", "5.5", "mmol/L") },
      { from: "2020-06-11", low: 3.9, high: 5.6, written: range("3.9", "5.6", "mmol/L") },
    ],
  },
);

/** One value was converted; one is in a unit nobody converts and stays out of the curve. */
export const mixedUnits = trend("Glucose", "mmol/L", [
  drawn(entry("x1", "Glucose", "2014-03-11", { value: quantity("101", "mg/dL") }), 5.61, true),
  drawn(entry("x2", "Glucose", "2016-04-11", { value: quantity("5.9", "mmol/L") }), 5.9),
  drawn(entry("x3", "Glucose", "2018-05-11", { value: quantity("12", "{units}") }), 12),
  drawn(entry("x4", "Glucose", "2022-07-11", { value: quantity("7.1", "mmol/L") }), 7.1),
]);

export const density: DensityView[] = [
  ["1999-02", 1],
  ["2009-05", 3],
  ["2012-02", 2],
  ["2018-01", 4],
  ["2018-03", 31],
  ["2018-08", 12],
  ["2018-11", 1],
  ["2021", 2],
  ["2022-07", 6],
].map(([month, items]) => ({ month: String(month), category: "results", items: Number(items) }));

const glucose = (id: string, day: string, value: string, unit: string): ChartItem =>
  entry(id, "Glucose", day, { value: quantity(value, unit), flags: [{ kind: "high", written: "H" }] });
const sodium = entry("s1", "Sodium", "2018-08-06", { value: quantity("140", "mmol/L") });

export const compared: ComparisonView = {
  earlier: "2018-08-06",
  later: "2022-07-11",
  rows: [
    {
      key: "glucose",
      name: "Glucose",
      earlier: glucose("c1", "2018-08-06", "101", "mg/dL"),
      later: glucose("c2", "2022-07-11", "7.1", "mmol/L"),
      difference: "1.5",
      unit: "mmol/L",
      converted: true,
    },
    {
      key: "weight",
      name: "Body weight",
      earlier: entry("c3", "Body weight", "2018-08-06", { value: quantity("78.2", "kg") }),
      later: entry("c4", "Body weight", "2022-07-11", { value: quantity("71.0", "kg") }),
      difference: "-7.2",
      unit: "kg",
      converted: false,
    },
    {
      key: "sodium",
      name: "Sodium",
      earlier: sodium,
      later: sodium,
      difference: null,
      unit: null,
      converted: false,
    },
    {
      key: "urine",
      name: "Glucose in urine",
      earlier: null,
      later: entry("c5", "Glucose in urine", "2022-07-11", { value: { kind: "text", text: "++" } }),
      difference: null,
      unit: null,
      converted: false,
    },
  ],
};

const dose = (
  id: string,
  title: string,
  day: string,
  how: string,
  change: Partial<ChartItem> = {},
): ChartItem =>
  entry(id, title, day, {
    category: "medications",
    resourceType: "MedicationRequest",
    details: [how],
    performer: "Dr Ada Example",
    ...change,
  });

export const medicines: MedicineView[] = [
  {
    key: "ramipril",
    name: "Ramipril 5 mg tablet",
    state: "current",
    instructions: ["One tablet in the morning"],
    course: [
      {
        item: dose("m1", "Ramipril 5 mg tablet", "2020-01-15", "One tablet in the morning"),
        change: "changed",
      },
      {
        item: dose("m2", "Ramipril 2.5 mg tablet", "2018-09-01", "One tablet in the morning"),
        change: "started",
      },
    ],
  },
  {
    key: "sertraline",
    name: "Sertraline 50 mg tablet",
    state: "paused",
    instructions: [],
    course: [
      {
        item: dose("m3", "Sertraline 50 mg tablet", "2021-02-03", "One tablet in the evening", {
          markers: ["onHold"],
          sensitivity: ["mentalHealth"],
        }),
        change: "started",
      },
    ],
  },
];

export const letter: DocumentView = {
  kind: "pdf",
  contentType: "application/pdf",
  title: "Letter of the heart clinic",
  bytes: 48_000,
  pages: Array.from({ length: 3 }, () => ({ width: 595, height: 842 })),
  total: 3,
  created: "2018-08-06",
  modality: null,
  description: null,
  window: null,
  range: null,
  text: null,
  html: null,
  cut: false,
  refused: null,
};
