import { date, item, quantity, range } from "./build";
import type * as T from "../types";

export const items: T.ChartItem[] = [
  item("i1", "conditions", "High blood pressure", {
    resourceType: "Condition",
    date: date("2011", "year"),
    status: "active",
    details: [{ term: "severity", code: "moderate" }],
  }),
  item("i2", "conditions", "Asthma", {
    resourceType: "Condition",
    date: date("2016-04", "month"),
    markers: ["refuted"],
  }),
  item("i3", "conditions", "Broken wrist, left", {
    resourceType: "Condition",
    date: date("1999-02-11", "day"),
    markers: ["resolved"],
  }),
  item("i4", "medications", "Ramipril 5 mg tablet", {
    resourceType: "MedicationRequest",
    date: date("2020-01-15", "day", "authored"),
    details: ["One tablet in the morning"],
    performer: "Dr Ada Example",
  }),
  item("i5", "medications", "Ibuprofen 400 mg tablet", {
    resourceType: "MedicationStatement",
    date: date("2019-03-02", "day", "authored"),
    markers: ["stopped"],
    details: [
      {
        dose: [
          { kind: "words", text: "2 puffs" },
          { kind: "asNeeded", what: null },
        ],
      },
    ],
  }),
  item("i6", "allergies", "No known allergies", {
    resourceType: "AllergyIntolerance",
    markers: ["noKnownAllergies"],
    date: date("2018-08-06", "day", "recorded"),
  }),
  item("i7", "results", "Potassium", {
    value: quantity("5.9", "mmol/L"),
    ranges: [range("3.5", "5.1", "mmol/L")],
    flags: [{ kind: "high", written: "H" }],
    performer: "Sample Laboratory",
  }),
  item("i8", "results", "HbA1c", {
    value: quantity("5.6", "%"),
    ranges: [range("4.0", "5.6", "%")],
    flags: [{ kind: "normal", written: "N" }],
  }),
  item("i9", "results", "Haemoglobin", {
    value: quantity("6.1", "g/dL"),
    ranges: [range("12.0", "15.5", "g/dL")],
    flags: [{ kind: "criticalLow", written: "LL" }],
    date: date("2021-05-02T08:15:00+02:00", "instant", "effective"),
  }),
  item("i10", "results", "Troponin", {
    absent: "temporarilyUnknown",
    markers: ["dataAbsent", "preliminary"],
  }),
  item("i11", "results", "Cholesterol", {
    value: quantity("231", "mg/dL"),
    markers: ["enteredInError"],
    date: date("2017-11-20", "day", "effective"),
  }),
  item("i12", "vitals", "Blood pressure", {
    components: [
      {
        code: { display: "Systolic", system: null, code: null },
        value: quantity("148", "mm[Hg]"),
        absent: null,
        ranges: [],
        flags: [{ kind: "high", written: "H" }],
      },
      {
        code: { display: "Diastolic", system: null, code: null },
        value: quantity("92", "mm[Hg]"),
        absent: null,
        ranges: [],
        flags: [],
      },
    ],
  }),
  item("i13", "immunizations", "Influenza vaccine", {
    resourceType: "Immunization",
    markers: ["notDone"],
    date: date("2022-10-03", "day", "occurred"),
    details: ["Declined"],
  }),
  item("i14", "documents", "Discharge letter", {
    resourceType: "DocumentReference",
    attachments: 1,
    date: null,
  }),
  ...Array.from({ length: 12 }, (_, n) =>
    item(`w${String(n)}`, "vitals", "Body weight", {
      value: quantity(`${String(70 + n)}.${String(n % 10)}`, "kg"),
      date: date(`20${String(10 + n)}-06-0${String((n % 9) + 1)}`, "day", "effective"),
    }),
  ),
];

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
const notShared = new Set<T.Category>([
  "immunizations",
  "documents",
  "claims",
  "profile",
  "other",
  "encounters",
]);

export function chart(which: "all" | "shared" | "empty"): T.ChartView {
  const sections = categories.map((category): T.SectionView => {
    if (which === "shared" && notShared.has(category)) return { category, state: "notShared", items: [] };
    const own = which === "empty" ? [] : items.filter((each) => each.category === category);
    return { category, state: own.length > 0 ? "shared" : "noneRecorded", items: own };
  });
  const timeline = sections
    .flatMap((section) =>
      section.items.map((each, index) => ({
        id: each.id,
        category: section.category,
        index,
        date: each.date,
      })),
    )
    .sort((a, b) => (b.date?.value ?? "").localeCompare(a.date?.value ?? ""));
  return { identity: null, sections, timeline };
}

export const counts = (own: T.VisibilityView, shared: T.VisibilityView): T.CategoryCount[] =>
  categories.map((category) => ({
    category,
    records: items.filter((each) => each.category === category).length,
    visibility: ["conditions", "medications", "allergies", "results"].includes(category) ? shared : own,
  }));

export const itemById = (id: string): T.ChartItem =>
  items.find((each) => each.id === id) ?? (items[6] as T.ChartItem);

export const recordView = (found: T.ChartItem): T.RecordView => ({
  item: found,
  facts: [
    { label: "status", path: "status", value: { kind: "text", text: found.status ?? "" }, technical: false },
    {
      label: "code",
      path: "code",
      value: { kind: "concept", code: { display: found.title, system: null, code: null } },
      technical: false,
    },
    {
      label: "effective",
      path: "effective",
      value: { kind: "date", value: "2018-08-06", precision: "day" },
      technical: false,
    },
    {
      label: "performer",
      path: "performer[0]",
      value: {
        kind: "reference",
        display: "Sample Laboratory",
        reference: null,
        resourceType: "Organization",
      },
      technical: false,
    },
    {
      label: "meta.lastUpdated",
      path: "meta.lastUpdated",
      value: { kind: "text", text: "2018-08-07T10:00:00Z" },
      technical: true,
    },
  ],
  factsCut: false,
  narrative: {
    html: '<div><p><b>Result</b> potassium 5.9 mmol/L</p><script>alert(1)</script><img src="https://example.invalid/x.png"></div>',
    status: "generated",
    altered: true,
  },
  attachments:
    found.attachments > 0
      ? [
          {
            index: 0,
            contentType: "application/pdf",
            title: "Discharge letter",
            created: "2019-01-02",
            language: "en",
            bytes: 48_211,
            url: null,
            inline: true,
            path: "content[0].attachment",
          },
          {
            index: 1,
            contentType: "application/dicom",
            title: "Chest, sample",
            created: "2019-01-02",
            language: null,
            bytes: 525_312,
            url: null,
            inline: true,
            path: "content[1].attachment",
          },
        ]
      : [],
  notes: [
    {
      text: "Sample was haemolysed; please repeat.",
      author: "Sample Laboratory",
      time: "2018-08-06",
      noHistoryOf: null,
    },
  ],
  source: '{\n  "resourceType": "Observation",\n  "status": "final"\n}',
});
