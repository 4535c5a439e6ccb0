import { afterEach, describe, expect, it } from "vitest";
import { itemById } from "../../backend/fake/chart";
import type { ChartItem } from "../../backend/types";
import { ownTitles, ownValues } from "../../generated/ownWords";
import { en } from "../../locales/en";
import { type Language, startLanguage } from "../../locales/i18n";
import { itemValue } from "./Entry";
import { allTitles, listedTitle, noteWords, partTitle, searchText } from "./own";
import { itemTitle } from "./words";

const apple = "urn:keyward:apple-health";

const item = (title: string, system: string | null, code: string | null): ChartItem => ({
  ...itemById("i1"),
  title,
  code: { display: title, system, code },
});

afterEach(() => startLanguage("en"));

describe("the words Keyward writes into records", () => {
  const words = new Set<string>([
    ...Object.values(ownTitles).map((title) => title.replace(/ \(day\)$/, "")),
    ...ownValues,
  ]);
  const catalogue = Object.keys(en)
    .filter((key) => key.startsWith("own."))
    .map((key) => key.slice("own.".length));

  it("have a message each, and there is no message for another word", () => {
    expect([...words].filter((word) => !catalogue.includes(word))).toEqual([]);
    const patterns = ["day", "dayNote"];
    expect(catalogue.filter((word) => !words.has(word) && !patterns.includes(word))).toEqual([]);
  });

  it.each([
    ["es", "Peso corporal", "Frecuencia cardíaca (por día)", "Glucosa"],
    ["zh", "体重", "心率（按天）", "葡萄糖"],
    ["en", "Body weight", "Heart rate (day)", "Glucose"],
  ] as const)("are read in %s", async (language, weight, heart, glucose) => {
    await startLanguage(language as Language);
    expect(itemTitle(item("Body weight", "http://loinc.org", "29463-7"))).toBe(weight);
    expect(itemTitle(item("Heart rate (day)", apple, "HKQuantityTypeIdentifierHeartRate-day"))).toBe(heart);
    expect(itemTitle(item("Glucose", "http://loinc.org", "15074-8"))).toBe(glucose);
    expect(allTitles()["Body weight"]).toBe(weight);
    expect(allTitles()["Heart rate (day)"]).toBe(heart);
  });

  it("are no words of anybody else", async () => {
    await startLanguage("es");
    // Other words beside the code, another code beside the words, a code that is Keyward's with what it never says.
    expect(itemTitle(item("Weight, dry", "http://loinc.org", "29463-7"))).toBe("Weight, dry");
    expect(itemTitle(item("Body weight", "http://loinc.org", "3141-9"))).toBe("Body weight");
    expect(itemTitle(item("Body weight", null, null))).toBe("Body weight");
    expect(itemTitle(item("Something else", apple, "HKQuantityTypeIdentifierBodyMass"))).toBe(
      "Something else",
    );
  });

  it("are read in values and parts of what is Keyward's, and only there", async () => {
    await startLanguage("es");
    const value = { kind: "concept", code: { display: "Severity mild", system: null, code: null } } as const;
    const headache = item("Headache", apple, "HKCategoryTypeIdentifierHeadache");
    expect(itemValue({ ...headache, value })).toBe("Leve");
    expect(itemValue({ ...item("Headache", "http://snomed.info/sct", "25064002"), value })).toBe(
      "Severity mild",
    );
    const part = (display: string, system: string | null = null) => ({
      code: { display, system, code: system && display },
      value: null,
      absent: null,
      ranges: [],
      flags: [],
    });
    const sleep = item("Sleep (day)", apple, "HKCategoryTypeIdentifierSleepAnalysis-day");
    expect(partTitle(part("Asleep deep"), sleep)).toBe("Sueño profundo");
    const statistic = part("average", "http://terminology.hl7.org/CodeSystem/observation-statistics");
    expect(partTitle(statistic, sleep)).toBe("media");
    expect(partTitle(part("Asleep deep"), item("Sleep study", null, null))).toBe("Asleep deep");
  });

  it("are read in the name of a column without a heading and in the note of a day", async () => {
    await startLanguage("es");
    expect(itemTitle(item("Column 3", null, null))).toBe("Columna 3");
    const note = "Made on import from 288 entries of one day. Every single one is in the original file.";
    expect(noteWords({ text: note, noHistoryOf: null })).toContain("288 entradas");
    expect(noteWords({ text: "Seen by Dr Test", noHistoryOf: null })).toBe("Seen by Dr Test");
    expect(noteWords({ text: "No history of: Ictus", noHistoryOf: "Ictus" })).toBe(
      "Sin antecedentes de: Ictus",
    );
  });

  it("are read where a list has no codes", async () => {
    await startLanguage("zh");
    expect(listedTitle("Steps (day)")).toBe("步数（按天）");
    expect(listedTitle("A letter")).toBe("A letter");
  });

  it("are found by what they are called now, too", async () => {
    expect(searchText("heart")).toBe("heart");
    await startLanguage("es");
    expect(searchText("peso").split("\n")).toEqual(["peso", "Body weight"]);
    expect(searchText("saturacion oxi").split("\n")).toEqual(["saturacion oxi", "Oxygen saturation"]);
    expect(searchText("pasos").split("\n")).toEqual(["pasos", "Steps"]);
    expect(searchText("pe")).toBe("pe");
    expect(searchText("Dr Test")).toBe("Dr Test");
    await startLanguage("zh");
    expect(searchText("体重").split("\n")).toContain("Body weight");
  });
});
