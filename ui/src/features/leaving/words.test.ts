import { afterEach, describe, expect, it } from "vitest";
import { type Language, startLanguage } from "../../locales/i18n";
import { pickWords, saveWords } from "../../shared/dialogWords";
import { exportWords, receiptWords } from "./words";

afterEach(() => startLanguage("en"));

const others = [
  ["es", "es"],
  ["zh", "zh-Hans"],
] as const satisfies [Language, string][];

/** All words, also those in lists. */
const said = (words: object): string[] =>
  Object.values(words).flatMap((each) => (typeof each === "string" ? [each] : said(each as object)));

describe.each(others)("what is said outside of a page, in %s", (language, tag) => {
  it("is in that language: an export, a receipt, dialogs", async () => {
    const all = () => [
      ...said(pickWords("records")),
      ...said(pickWords("backup")),
      ...said(pickWords("invitation")),
      ...said(pickWords("kit")),
      ...said(saveWords("export")),
      ...said(saveWords("report")),
      ...said(receiptWords("P", "C", "patient")),
      ...said(receiptWords("P", "C", "doctor")),
      ...said(receiptWords("P", "C", "desk")),
      exportWords("desk").whereIsWhat,
      ...said({ ...exportWords("patient"), titles: {} }),
    ];
    const english = all();
    await startLanguage(language);
    const words = all();
    expect(words).toHaveLength(english.length);
    expect(words.filter((each, at) => each === english[at])).toEqual([]);
    // A message that is missing is its key.
    expect(words.filter((each) => /^(?:dialog|export|left|category)\./.test(each))).toEqual([]);
    expect(exportWords("patient").lang).toBe(tag);
  });

  it("keeps the places that are filled in elsewhere", async () => {
    await startLanguage(language);
    const words = exportWords("patient");
    expect(words.title).toContain("{name}");
    expect(words.made).toContain("{date}");
    expect(Object.keys(words.kinds)).toContain("mentalHealth");
    expect(words.titles["Steps (day)"]).toMatch(/Pasos|步数/);
  });
});
