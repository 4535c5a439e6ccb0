/**
 * DEVELOPMENT ONLY: the invented answers of the reading room. `?many=100000` makes a life of as many entries.
 * All people and values here are made up.
 */
import { leanItem } from "./lean";
import type * as T from "../types";
import { amount, date, high, quantity, range } from "./build";
import { itemById, items as fewItems, recordView } from "./chart";
import { day, now } from "./clock";
import { scopeState } from "./state";
import { wanted } from "./wanted";

const categories: T.Category[] = [
  "conditions",
  "medications",
  "allergies",
  "results",
  "vitals",
  "immunizations",
  "procedures",
  "encounters",
  "documents",
  "carePlans",
  "claims",
  "profile",
  "other",
];

/** What the example share leaves out. */
const withheld = new Set<T.Category>([
  "immunizations",
  "documents",
  "claims",
  "profile",
  "other",
  "encounters",
]);

function measured(
  id: string,
  title: string,
  on: string,
  value: string,
  unit: string,
  change: Partial<T.ChartItem> = {},
): T.ChartItem {
  return {
    ...itemById("i8"),
    id,
    title,
    code: { display: title, system: null, code: null },
    date: date(on, "day", "effective"),
    value: quantity(value, unit),
    ranges: [],
    flags: [],
    ...change,
  };
}

/** One analyte over the years: the laboratory changed its range, and once its unit. */
const glucose = ["92", "101", "5.9", "6.4", "5.2", "7.1"].map((value, n) => {
  const unit = n < 2 ? "mg/dL" : "mmol/L";
  const normal =
    n < 2 ? range("70", "99", unit) : n < 4 ? range("3.9", "5.5", unit) : range("3.9", "5.6", unit);
  const above = Number(value) > Number(normal.high?.value);
  return measured(`g${String(n)}`, "Glucose", `${String(2012 + 2 * n)}-0${String(n + 2)}-11`, value, unit, {
    ranges: [normal],
    flags: above ? high : [],
    performer: "Sample Laboratory",
    source: n === 3 ? "summary.xml" : "records-2026/bundle-1.json",
  });
});

const own: T.ChartItem[] = [
  ...fewItems,
  ...glucose,
  measured("g9", "Glucose", "2009-05-05", "++", "", {
    value: { kind: "text", text: "++" },
    performer: "Sample Practice",
  }),
  ...["148/92", "139/88", "131/84"].map((pair, n) => {
    const [systolic = "", diastolic = ""] = pair.split("/");
    return {
      ...itemById("i12"),
      id: `p${String(n)}`,
      date: {
        ...itemById("i9").date,
        value: `20${String(19 + n)}-03-0${String(n + 1)}`,
        precision: "day",
      } as T.DateView,
      components: itemById("i12").components.map((part, at) => ({
        ...part,
        value: {
          kind: "quantity",
          quantity: amount(at === 0 ? systolic : diastolic, "mm[Hg]"),
        } as T.ValueView,
      })),
    };
  }),
  {
    ...itemById("i4"),
    id: "m1",
    title: "Ramipril 2.5 mg tablet",
    date: { ...(itemById("i4").date as T.DateView), value: "2018-09-01" },
  },
  {
    ...itemById("i4"),
    id: "m3",
    title: "Sertraline 50 mg tablet",
    date: { ...(itemById("i4").date as T.DateView), value: "2021-02-03" },
    markers: ["onHold"],
    details: ["One tablet in the evening"],
    sensitivity: ["mentalHealth"],
  } as T.ChartItem,
  {
    ...itemById("i14"),
    id: "d2",
    title: "Report of the heart ultrasound",
    date: { ...(itemById("i4").date as T.DateView), value: "2020-01-10", role: "dated" },
    performer: "Dr Ada Example",
  },
  {
    ...itemById("i8"),
    id: "panel1",
    resourceType: "DiagnosticReport",
    title: "Blood test",
    value: null,
    ranges: [],
    flags: [],
    date: { ...(itemById("i4").date as T.DateView), value: "2018-08-06", role: "issued" },
  },
  {
    ...itemById("i14"),
    id: "x1",
    category: "other",
    resourceType: "SampleThing",
    title: "SampleThing",
    attachments: 0,
    markers: ["keptAsSource"],
  },
];

const many = Number(new URLSearchParams(window.location.search).get("many") ?? "0");

/** A long life, made up entry by entry when it is asked for. */
function manyItem(n: number): T.ChartItem {
  const month = Math.floor((n / many) * 12 * 60);
  const year = 2024 - Math.floor(month / 12);
  const on = `${String(year)}-${String(12 - (month % 12)).padStart(2, "0")}-15`;
  const value = (3 + ((n * 7919) % 300) / 100).toFixed(1);
  return measured(`n${String(n)}`, `Potassium ${String(n)}`, on, value, "mmol/L", {
    ranges: [range("3.5", "5.1", "mmol/L")],
    flags: Number(value) > 5.1 ? high : [],
  });
}

const dateOf = (item: T.ChartItem): string => item.date?.value ?? "";
const byDate = (a: T.ChartItem, b: T.ChartItem): number => dateOf(b).localeCompare(dateOf(a));

function readable(scope: T.RoomScope): T.ChartItem[] {
  if (scopeState(scope) === "empty") return [];
  return own.filter((item) => scope.kind === "own" || !withheld.has(item.category)).sort(byDate);
}

function stateOf(scope: T.RoomScope, category: T.Category): T.SectionState {
  if (scope.kind !== "own" && withheld.has(category)) return "notShared";
  return readable(scope).some((item) => item.category === category) ? "shared" : "noneRecorded";
}

const first = ({ details: [line] }: T.ChartItem): string => (typeof line === "string" ? line : "");

const wordsOf = (item: T.ChartItem): string =>
  [item.title, ...item.details.map(String), item.performer ?? "", item.source].join(" ").toLowerCase();

function matching(scope: T.RoomScope, query: T.ItemQuery): T.ChartItem[] {
  const words = (query.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return readable(scope).filter(
    (item) =>
      (query.categories.length === 0 || query.categories.includes(item.category)) &&
      words.every((word) => wordsOf(item).includes(word)) &&
      (query.from === null || dateOf(item) >= query.from) &&
      (query.before === null || (dateOf(item) !== "" && dateOf(item) < query.before)) &&
      (!query.flaggedOnly || item.flags.some((flag) => flag.kind !== "normal")) &&
      (!query.sourceOnly || item.markers.includes("keptAsSource")) &&
      (query.analyte === null || keyOf(item) === query.analyte),
  );
}

const keyOf = (item: T.ChartItem): string => `text|${item.title.toLowerCase()}`;

function items(scope: T.RoomScope, query: T.ItemQuery): T.ItemPage {
  const limit = query.limit || 100;
  if (many > 0 && wanted.state === "full")
    return {
      items: Array.from({ length: Math.max(0, Math.min(limit, many - query.offset)) }, (_, at) =>
        manyItem(query.offset + at),
      ),
      offset: query.offset,
      total: many,
    };
  const all = matching(scope, query);
  return { items: all.slice(query.offset, query.offset + limit), offset: query.offset, total: all.length };
}

function density(scope: T.RoomScope, query: T.ItemQuery): T.DensityView[] {
  const counts = new Map<string, T.DensityView>();
  const all = many > 0 ? Array.from({ length: many }, (_, n) => manyItem(n)) : matching(scope, query);
  for (const item of all) {
    const month = dateOf(item).slice(0, 7);
    const known = counts.get(`${month}|${item.category}`);
    if (known) known.items += 1;
    else counts.set(`${month}|${item.category}`, { month, category: item.category, items: 1 });
  }
  return [...counts.values()].sort((a, b) => a.month.localeCompare(b.month));
}

function analytesOf(scope: T.RoomScope, query: T.ItemQuery): T.AnalyteView[] {
  const groups = new Map<string, T.ChartItem[]>();
  const wide = { ...query, categories: query.categories.length > 0 ? query.categories : measurable };
  for (const item of matching(scope, { ...wide, flaggedOnly: false }))
    if (item.value ?? item.absent ?? item.components.length > 0)
      groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups]
    .map(([key, group]) => ({
      key,
      name: group[0]?.title ?? "",
      category: group[0]?.category ?? "results",
      latest: group[0] as T.ChartItem,
      previous: group[1] ?? null,
      count: group.length,
    }))
    .filter(({ latest }) => !query.flaggedOnly || latest.flags.some((flag) => flag.kind !== "normal"));
}

const measurable: T.Category[] = ["results", "vitals"];

const toMillimoles = (item: T.ChartItem): number | null => {
  if (item.value?.kind !== "quantity") return null;
  const number = Number(item.value.quantity.value);
  return item.value.quantity.unit === "mg/dL" ? Math.round((number / 18.016) * 100) / 100 : number;
};

function trend(scope: T.RoomScope, key: string): T.TrendView {
  const found = matching(scope, { ...none, analyte: key }).sort((a, b) => -byDate(a, b));
  const isGlucose = key === "text|glucose";
  const points = found.flatMap((item): T.TrendPoint[] =>
    item.components.length > 0
      ? item.components.map((part) => ({
          item,
          value: part.value?.kind === "quantity" ? Number(part.value.quantity.value) : null,
          converted: false,
          component: `text|${part.code.display.toLowerCase()}`,
        }))
      : [{ item, value: toMillimoles(item), converted: inMilligrams(item), component: null }],
  );
  const unit = found.at(-1)?.value;
  return {
    key,
    name: found[0]?.title ?? key,
    unit: found[0]?.components.length ? "mm[Hg]" : unit?.kind === "quantity" ? unit.quantity.unit : null,
    points,
    ranges: found.flatMap((item, at): T.RangeStep[] => {
      const [range] = item.ranges;
      const before = found[at - 1]?.ranges[0];
      if (!range || JSON.stringify(range) === JSON.stringify(before)) return [];
      const ratio = inMilligrams(item) ? 18.016 : 1;
      return [
        {
          from: dateOf(item),
          low: range.low ? Number(range.low.value) / ratio : null,
          high: range.high ? Number(range.high.value) / ratio : null,
          written: range,
        },
      ];
    }),
    conversion: isGlucose ? { from: ["mg/dL"], to: "mmol/L", molarMass: 180.156 } : null,
    leftOut: points.filter((point) => point.value === null).length,
    cut: false,
  };
}

const inMilligrams = (item: T.ChartItem): boolean =>
  item.title === "Glucose" && item.value?.kind === "quantity" && item.value.quantity.unit === "mg/dL";

const none: T.ItemQuery = {
  categories: [],
  text: null,
  from: null,
  before: null,
  analyte: null,
  flaggedOnly: false,
  sourceOnly: false,
  offset: 0,
  limit: 0,
};

function comparison(scope: T.RoomScope, earlier: string, later: string): T.ComparisonView {
  const rows = analytesOf(scope, none).map((analyte): T.ComparisonRow => {
    const at = (date: string) =>
      matching(scope, { ...none, analyte: analyte.key }).find((item) => dateOf(item).slice(0, 10) <= date) ??
      null;
    const [first, last] = [at(earlier), at(later)];
    const [from, to] = [first && toMillimoles(first), last && toMillimoles(last)];
    const unit = last?.value?.kind === "quantity" ? last.value.quantity.unit : null;
    return {
      key: analyte.key,
      name: analyte.name,
      earlier: first,
      later: last,
      difference: from != null && to != null && first !== last ? (to - from).toFixed(1) : null,
      unit,
      converted: first !== null && inMilligrams(first),
    };
  });
  return { earlier, later, rows: rows.filter((row) => row.earlier ?? row.later) };
}

function medicines(scope: T.RoomScope): T.MedicinePlan {
  const state = stateOf(scope, "medications");
  if (state !== "shared") return { state, medicines: [] };
  const ramipril = ["i4", "m1"].map((id) => own.find((item) => item.id === id) as T.ChartItem);
  const [ibuprofen, sertraline] = ["i5", "m3"].map((id) => own.find((item) => item.id === id) as T.ChartItem);
  const one = (item: T.ChartItem | undefined, name: string, medicine: T.MedicineState): T.MedicineView => ({
    key: `text|${name}`,
    name: item?.title ?? name,
    state: medicine,
    instructions: item?.details ?? [],
    course: item ? [{ item, change: medicine === "stopped" ? "stopped" : "started" }] : [],
  });
  return {
    state,
    medicines: [
      {
        ...one(ramipril[0], "ramipril", "current"),
        course: [
          { item: ramipril[0] as T.ChartItem, change: "changed" },
          { item: ramipril[1] as T.ChartItem, change: "started" },
        ],
      },
      one(sertraline, "sertraline", "paused"),
      one(ibuprofen, "ibuprofen", "stopped"),
    ],
  };
}

function search(scope: T.RoomScope, query: T.ItemQuery): T.SearchPage {
  const found = matching(scope, query);
  const word = (query.text ?? "").trim().split(/\s+/)[0] ?? "";
  return {
    hits: found.slice(query.offset, query.offset + (query.limit || 100)).map((item) => ({
      item,
      snippet: first(item).toLowerCase().includes(word.toLowerCase()) ? snippetOf(first(item), word) : [],
    })),
    waiting: 0,
    inPart: 0,
    offset: query.offset,
    total: found.length,
  };
}

function snippetOf(text: string, word: string): T.SnippetPart[] {
  const at = text.toLowerCase().indexOf(word.toLowerCase());
  return [
    { text: text.slice(0, at), hit: false },
    { text: text.slice(at, at + word.length), hit: true },
    { text: text.slice(at + word.length), hit: false },
  ].filter((part) => part.text !== "");
}

function summary(scope: T.RoomScope): T.RoomSummary {
  const all = readable(scope);
  const list = (category: T.Category, keep: (item: T.ChartItem) => boolean, most = 6): T.SummaryList => {
    const found = all.filter((item) => item.category === category && keep(item));
    const state = stateOf(scope, category);
    return {
      state: state === "shared" && found.length === 0 ? "noneRecorded" : state,
      items: found.slice(0, most),
      total: found.length,
    };
  };
  const isPast = (item: T.ChartItem) => item.markers.some((m) => m === "resolved" || m === "refuted");
  const analytes = analytesOf(scope, none);
  const newest = (category: T.Category): T.SummaryList => {
    const found = analytes.filter((analyte) => analyte.category === category);
    return {
      state: stateOf(scope, category),
      items: found.slice(0, 8).map((analyte) => analyte.latest),
      total: found.length,
    };
  };
  const fresh = all.filter((item) => ["g5", "d2", "m3"].includes(item.id));
  const years = all.map((item) => Number(dateOf(item).slice(0, 4))).filter((year) => year > 0);
  return {
    identity: null,
    problems: list("conditions", (item) => !isPast(item)),
    pastProblems: list("conditions", isPast),
    allergies: list("allergies", () => true),
    medicines: list("medications", (item) => item.markers.length === 0),
    results: newest("results"),
    vitals: newest("vitals"),
    immunizations: list("immunizations", () => true),
    newItems: { state: fresh.length > 0 ? "shared" : "noneRecorded", items: fresh, total: fresh.length },
    lastVisit: now - 5 * day,
    sections: categories.map((category) => ({
      category,
      state: stateOf(scope, category),
      items: all.filter((item) => item.category === category).length,
      sourceOnly: all.filter((item) => item.category === category && item.markers.includes("keptAsSource"))
        .length,
    })),
    firstYear: years.length > 0 ? Math.min(...years) : null,
    lastYear: years.length > 0 ? Math.max(...years) : null,
    preparing: null,
  };
}

/** An invented entry of a C-CDA, as a converted record carries it. */
const excerpt =
  '<observation classCode="OBS" moodCode="EVN"><code code="2345-7" displayName="Glucose"/><text>Fasting &amp; seated</text><value xsi:type="PQ" value="6.4" unit="mmol/L"/></observation>';

/** A scan of many pages that is too large to be shown. */
const keptItem: T.ChartItem = {
  ...itemById("i14"),
  id: "x2",
  title: "heart-scan.pdf",
  date: null,
  attachments: 1,
  markers: ["keptAsSource"],
};

const keptFile = (item: T.ChartItem): T.RecordView => ({
  ...recordView(item),
  facts: [],
  narrative: null,
  notes: [],
  attachments: [
    {
      index: 0,
      contentType: null,
      title: item.title,
      created: null,
      language: null,
      bytes: 41_200_000,
      url: null,
      inline: false,
      path: "content[0].attachment",
    },
  ],
  source: JSON.stringify(
    { resourceType: "DocumentReference", meta: { source: "urn:keyward:kept-file" } },
    null,
    2,
  ),
});

function record(scope: T.RoomScope, id: string): T.RoomRecord {
  const item =
    [...own, keptItem].find((each) => each.id === id) ??
    (id.startsWith("n") && many > 0 ? manyItem(Number(id.slice(1))) : itemById(id));
  const view = item === keptItem ? keptFile(item) : recordView(item);
  const source =
    item.source === "summary.xml"
      ? JSON.stringify(
          {
            resourceType: "Observation",
            extension: [
              { url: "urn:keyward:source-section", valueString: "Results" },
              { url: "urn:keyward:source-excerpt", valueString: excerpt },
            ],
          },
          null,
          2,
        )
      : view.source;
  return {
    record: { ...view, source },
    compartment: item.category,
    apart: [],
    waits: false,
    visibility:
      scope.kind === "own"
        ? { kind: "shared", with: [{ shareId: "s1", name: "Dr Ada Example", until: now + 70 * day }] }
        : scope.kind === "share"
          ? { kind: "received", from: "Test-Anna Maria Muster-Sample", until: now + 70 * day }
          : null,
    received: now - 3 * day,
    sourceName: item.source,
    importId: scope.kind === "own" ? "i1" : null,
    inFile: scope.kind === "own" ? 12 : null,
    alsoIn:
      id === "g3"
        ? [{ recordId: "g4", sourceName: "records-2026/bundle-1.json", received: now - 9 * day }]
        : [],
  };
}

function panel(scope: T.RoomScope): T.PanelView {
  return {
    report: own.find((item) => item.id === "panel1") as T.ChartItem,
    results: readable(scope).filter((item) => ["i7", "i8", "i10"].includes(item.id)),
    missing: 1,
  };
}

type Args = Record<string, unknown>;
const scopeOf = (args: Args) => args.scope as T.RoomScope;
const queryOf = (args: Args) => ({ ...none, ...(args.query as T.ItemQuery) });

export const roomAnswers: Record<string, (args: Args) => unknown> = {
  room_summary: (args) => summary(scopeOf(args)),
  room_items: (args) => {
    const page = items(scopeOf(args), queryOf(args));
    return { ...page, items: page.items.map(leanItem) };
  },
  room_density: (args) => density(scopeOf(args), queryOf(args)),
  room_analytes: (args) => {
    const all = analytesOf(scopeOf(args), queryOf(args));
    const { offset, limit } = queryOf(args);
    return { analytes: all.slice(offset, offset + (limit || 100)), offset, total: all.length };
  },
  room_trend: (args) => trend(scopeOf(args), String(args.analyte)),
  room_comparison: (args) => comparison(scopeOf(args), String(args.earlier), String(args.later)),
  record_move: (args) => ({ id: args.id, from: "results", to: args.category }),
  record_move_file: (args) => ({
    file: "records-2026/bundle-1.json",
    records: 12,
    to: args.category,
    undo: "u1",
  }),
  record_move_back: () => null,
  room_panel: (args) => panel(scopeOf(args)),
  room_medicines: (args) => medicines(scopeOf(args)),
  room_search: (args) => search(scopeOf(args), queryOf(args)),
  room_record: (args) => record(scopeOf(args), String(args.recordId)),
};
