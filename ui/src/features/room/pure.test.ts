import { describe, expect, it } from "vitest";
import { itemById, recordView } from "../../backend/fake/chart";
import type { ChartItem, ComparisonRow, DensityView, TrendPoint, TrendView } from "../../backend/types";
import { analyteOf } from "../../shared/records/analyte";
import { excerptOf, indentXml } from "../../shared/records/excerpt";
import { itemLine } from "../../shared/records/plain";
import { differenceText } from "../../shared/records/words";
import { previewPlace, roomAddress, searchAddress } from "./address";
import { densityOf, heightOf, monthsOf, yearAt, yearsOldestFirst } from "./density";
import { pagesOf } from "./ItemList";
import { bandsOf, pictureOf, reach, roundSteps, thinned, timeOf } from "./trend";
import { curveUnit } from "./trendWords";

const measured = (id: string, date: string, value: string | null, unit: string): ChartItem => ({
  ...itemById("i7"),
  id,
  date: { value: date, precision: "day", role: "effective", end: null, endPrecision: null },
  value: { kind: "quantity", quantity: { value, comparator: null, unit, code: unit } },
});

const point = (item: ChartItem, value: number | null, converted = false): TrendPoint => ({
  item,
  value,
  converted,
  component: null,
});

const trend = (points: TrendPoint[], change: Partial<TrendView> = {}): TrendView => ({
  key: "loinc|2345-7",
  name: "Glucose",
  unit: "mmol/L",
  points,
  ranges: [],
  conversion: null,
  leftOut: 0,
  cut: false,
  ...change,
});

describe("a unit", () => {
  const micromoles = (id: string, value: string): ChartItem => {
    const item = measured(id, "2020-01-01", value, "µmol/L");
    const quantity = { value, comparator: null, unit: "µmol/L", code: "umol/L" };
    return { ...item, value: { kind: "quantity", quantity } };
  };
  const row = (earlier: ChartItem, later: ChartItem, difference: string | null): ComparisonRow => ({
    key: "loinc|14682-9",
    name: "Creatinine",
    earlier,
    later,
    difference,
    unit: "umol/L",
    converted: false,
  });

  it("of a curve or a difference is written as the values beside it are", () => {
    const points = [point(micromoles("a", "94"), 94), point(micromoles("b", "97"), 97)];
    expect(curveUnit(trend(points, { unit: "umol/L" }))).toBe("µmol/L");
    expect(differenceText(row(micromoles("a", "94"), micromoles("b", "97"), "3"))).toBe("+3 µmol/L");
    expect(curveUnit(trend([], { unit: "mm[Hg]" }))).toBe("mmHg");
  });

  it("is that of the curve, never of something else in the same entries", () => {
    const withoutCode = (value: string, unit: string | null): ChartItem["value"] => ({
      kind: "quantity",
      quantity: { value, comparator: null, unit, code: null },
    });
    const other = { ...itemById("i7"), value: withoutCode("3.1", "kg") };
    const score = { ...other, id: "score", value: withoutCode("9", null) };
    expect(curveUnit(trend([point(score, 9), point(other, null)], { unit: null }))).toBe("");
  });

  it("stands beside no difference where one value is on both sides", () => {
    const same = micromoles("a", "97");
    expect(differenceText(row(same, same, "0"))).toBe("Same value");
    expect(differenceText(row(same, micromoles("b", "97"), "0"))).toBe("0 µmol/L");
  });
});

describe("a curve", () => {
  it("never runs over mixed units, whatever the core sends", () => {
    const picture = pictureOf(
      trend([
        point(measured("a", "2019-01-01", "92", "mg/dL"), 92),
        point(measured("b", "2020-01-01", "5.2", "mmol/L"), 5.2),
        point(measured("c", "2021-01-01", "97", "mg/dL"), 5.4, true),
      ]),
    );
    expect(picture.inOrder.map(({ point: { item } }) => item.id)).toEqual(["b", "c"]);
    expect(picture.leftOut.map(({ item }) => item.id)).toEqual(["a"]);
  });

  it("leaves out what is no number, has no date, or was taken back", () => {
    const undated = { ...measured("b", "", "5", "mmol/L"), date: null };
    const mistaken: ChartItem = {
      ...measured("c", "2020-01-01", "9", "mmol/L"),
      markers: ["enteredInError"],
    };
    const picture = pictureOf(
      trend([
        point(measured("a", "2019-01-01", null, "mmol/L"), null),
        point(undated, 5),
        point(mistaken, 9),
      ]),
    );
    expect(picture.inOrder).toEqual([]);
    expect(picture.leftOut).toHaveLength(3);
  });

  it("joins parts of a measurement each to its own", () => {
    const item = itemById("i12");
    const picture = pictureOf(
      trend(
        ["systolic", "diastolic"].map((part, n) => ({
          item: { ...item, date: measured("x", "2020-01-01", "1", "x").date },
          value: n === 0 ? 148 : 92,
          converted: false,
          component: `text|${part}`,
        })),
        { unit: "mm[Hg]" },
      ),
    );
    expect(picture.series.map(({ name, values }) => [name, values.length])).toEqual([
      ["Systolic", 1],
      ["Diastolic", 1],
    ]);
  });

  it("has a band that changes when the laboratory's range does", () => {
    const points = [
      point(measured("a", "2018-01-01", "5", "mmol/L"), 5),
      point(measured("b", "2022-01-01", "6", "mmol/L"), 6),
    ];
    const written = { low: null, high: null, text: null, rangeType: null, appliesTo: [] };
    const ranges = [
      { from: "2018-01-01", low: 3.9, high: 5.5, written },
      { from: "2020-06-01", low: 3.9, high: 5.6, written },
    ];
    const bands = bandsOf(ranges, pictureOf(trend(points)), 7);
    expect(bands.map(({ low, high, to }) => [low, high, to])).toEqual([
      [3.9, 5.5, Date.UTC(2020, 5, 1)],
      [3.9, 5.6, 7],
    ]);
  });

  it("puts a year in its middle and knows what it does not know", () => {
    const at = (value: string) => timeOf({ ...measured("a", value, "1", "x") });
    expect(at("2018")).toBe(Date.UTC(2018, 6, 1));
    expect(at("2018-08")).toBe(Date.UTC(2018, 7, 15));
    expect(at("2018-08-06T10:00:00+02:00")).toBe(Date.UTC(2018, 7, 6, 8));
    expect(at("last summer")).toBeUndefined();
  });

  it("has round numbers at its side and never a negative scale for positive values", () => {
    expect(roundSteps(3.6, 7.4, 5)).toEqual([4, 5, 6, 7]);
    expect(roundSteps(0, 0.3, 4)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(roundSteps(5, 5, 4)).toEqual([5]);
    expect(reach([0.1, 8]).from).toBe(0);
    expect(reach([5]).to).toBeGreaterThan(5);
  });
});

describe("the density of a timeline", () => {
  const counts: DensityView[] = [
    { month: "2018-08", category: "results", items: 3 },
    { month: "2018", category: "conditions", items: 2 },
    { month: "2018-01", category: "results", items: 1 },
    { month: "2018-08", category: "vitals", items: 4 },
    { month: "", category: "documents", items: 5 },
    { month: "2015-03", category: "results", items: 6 },
  ];
  const density = densityOf(counts);

  it("knows where each year begins in a list that is ordered by date as text", () => {
    expect(density.years).toEqual([
      { key: "2018", items: 10, start: 0 },
      { key: "2015", items: 6, start: 10 },
    ]);
    expect(density.months.get("2018")?.map(({ key, start }) => [key, start])).toEqual([
      ["2018-08", 0],
      ["2018-01", 7],
      ["2018", 8],
    ]);
    expect(density.undated).toEqual({ key: "", items: 5, start: 16 });
    expect(density.total).toBe(21);
    expect([0, 9, 10, 15, 16, 20].map((index) => yearAt(density, index))).toEqual([
      "2018",
      "2018",
      "2015",
      "2015",
      "",
      "",
    ]);
  });

  it("shows a gap as a gap", () => {
    expect(yearsOldestFirst(density).map(({ key, items }) => [key, items])).toEqual([
      ["2015", 6],
      ["2016", 0],
      ["2017", 0],
      ["2018", 10],
    ]);
    expect(monthsOf(density, "2018").map(({ items }) => items)).toEqual([1, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0]);
    expect(heightOf(0, 10)).toBe(0);
    expect(heightOf(1, 10_000)).toBeGreaterThan(0.05);
  });

  it("asks for the pages in sight only", () => {
    expect(pagesOf(0, 12, 100_000)).toEqual([0]);
    expect(pagesOf(85, 97, 100_000)).toEqual([0, 1]);
    expect(pagesOf(50_000, 50_012, 100_000)).toEqual([499, 500]);
    expect(pagesOf(0, 12, 0)).toEqual([]);
    expect(pagesOf(95, 99, 100)).toEqual([0]);
  });
});

describe("the source of a converted entry", () => {
  it("is indented, and nothing is lost", () => {
    const xml = '<a b="1"><c/><d>some <e>text</e></d><!-- note --></a>';
    expect(indentXml(xml)).toBe(
      ['<a b="1">', "  <c/>", "  <d>some", "    <e>text</e>", "  </d>", "  <!-- note -->", "</a>"].join("\n"),
    );
    expect(indentXml(xml).replace(/\s/g, "")).toBe(xml.replace(/\s/g, ""));
  });

  it.each(["", "<", "<a", "</a></a></a>", "plain", "<a><b></a>", "<![CDATA[<x>]]>"])(
    "survives what is no XML: %s",
    (text) => {
      expect(indentXml(text).replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
    },
  );

  it("is found in the record, and nothing else is taken for it", () => {
    const source = JSON.stringify({
      extension: [
        { url: "urn:keyward:source-excerpt", valueString: "<a/>" },
        { url: "other", valueString: "x" },
      ],
    });
    expect(excerptOf(source)).toEqual({ section: undefined, xml: "<a/>" });
    expect(excerptOf('{"resourceType":"Observation"}')).toBeUndefined();
    expect(excerptOf('urn:keyward:source-excerpt {"broken')).toBeUndefined();
    expect(excerptOf('{"note":"urn:keyward:source-excerpt","extension":7}')).toBeUndefined();
  });
});

describe("addresses", () => {
  it("lead to the same places of every room", () => {
    const trend_ = { at: "trend", analyte: "loinc|718-7" } as const;
    expect(roomAddress({ kind: "own" }, trend_)).toBe("/records/results/loinc%7C718-7");
    expect(roomAddress({ kind: "share", id: "r1" }, { at: "record", id: "a b" })).toBe("/patients/r1/a%20b");
    expect(roomAddress({ kind: "own" }, { at: "search" }, { q: "a&b" })).toBe("/search?q=a%26b");
    const preview = roomAddress({ kind: "preview", id: "p" }, trend_, { text: "x" });
    const at = new URLSearchParams(preview.split("?")[1]).get("at") ?? "";
    expect(previewPlace(at).place).toEqual(trend_);
    expect(previewPlace(at).params.get("text")).toBe("x");
    expect(previewPlace("/").place).toEqual({ at: "summary" });
    expect(previewPlace("/abc").place).toEqual({ at: "record", id: "abc" });
  });

  it("search only where there is something to search", () => {
    window.location.hash = "/patients/r1/results";
    expect(searchAddress("doctor", "x")).toBe("/patients/r1/search?q=x");
    window.location.hash = "/";
    expect(searchAddress("doctor", "x")).toBeUndefined();
    expect(searchAddress("desk", "x")).toBeUndefined();
    expect(searchAddress("patient", "x")).toBe("/search?q=x");
  });
});

describe("plain text", () => {
  it("says what the screen says: value, flag, range, date", () => {
    expect(itemLine(itemById("i7"))).toBe(
      "Potassium: 5.9 mmol/L, High (H), Laboratory’s range: 3.5 to 5.1 mmol/L (6 August 2018)",
    );
    expect(itemLine(itemById("i2"))).toContain("Ruled out");
  });
});

describe("a curve of very many values", () => {
  it("keeps what stands out and the order, and draws no more than four values a pixel", () => {
    const values = Array.from({ length: 5000 }, (_, n) => ({
      point: point(measured(`v${String(n)}`, "2020-01-01", "5", "mmol/L"), 5),
      time: n * 1000,
      value: n === 2345 ? 40 : 5 + Math.sin(n / 50),
    }));
    const drawn = thinned(values, 200);
    expect(drawn.length).toBeLessThanOrEqual(200 * 4 + 4);
    expect(drawn.some(({ value }) => value === 40)).toBe(true);
    expect(drawn[0]).toBe(values[0]);
    expect(drawn.at(-1)).toBe(values.at(-1));
    expect(drawn.map(({ time }) => time)).toEqual([...drawn.map(({ time }) => time)].sort((a, b) => a - b));
    expect(thinned(values.slice(0, 10), 200)).toHaveLength(10);
  });
});

describe("the analyte of a record", () => {
  const view = (code: unknown, change: Partial<ChartItem> = {}) => ({
    ...recordView({ ...itemById("i7"), ...change }),
    source: JSON.stringify({ resourceType: "Observation", code }),
  });

  it("is its LOINC code, else its first code, else its words, as the core keeps it", () => {
    const local = { system: "urn:lab", code: "K" };
    const loinc = { system: "http://loinc.org", code: "2823-3" };
    expect(analyteOf(view({ coding: [local, loinc] }))).toBe("loinc|2823-3");
    expect(analyteOf(view({ coding: [{ code: "x" }, local] }))).toBe("urn:lab|K");
    expect(analyteOf(view({ text: "Potassium" }))).toBe("text|potassium");
    expect(analyteOf(view({}, { resourceType: "DiagnosticReport" }))).toBeUndefined();
    expect(analyteOf(view({}, { category: "documents" }))).toBeUndefined();
  });
});
