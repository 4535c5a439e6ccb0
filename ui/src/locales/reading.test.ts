import { expect, test } from "vitest";
import { en } from "./en";

/*
 * Flesch–Kincaid grade level (Kincaid et al. 1975): 0.39 · words per sentence + 11.8 · syllables per word − 15.59.
 * Grade 6 is read at the age of 11. Counted over whole parts of the catalogue; single messages get a wider bound,
 * because the measure means little for a few words.
 */

const plain = (message: string): string => {
  let text = message;
  // The last branch of a plural is the longest; arguments stand for one short word.
  for (let deep = 0; deep < 3; deep += 1)
    text = text.replace(/\{\w+, (?:plural|select),(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, (whole) => {
      const branches = [...whole.slice(1).matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? "");
      return branches.at(-1) ?? "";
    });
  return text.replace(/\{\w+(?:, \w+)?\}/g, "it").replace(/#/g, "three");
};

const words = (text: string): string[] => text.match(/[A-Za-z’'-]*[A-Za-z][A-Za-z’'-]*/g) ?? [];

function syllables(word: string): number {
  const bare = word
    .toLowerCase()
    .replace(/[^a-z]/g, "")
    .replace(/(?:[^laeiouy]es|[^td]ed|[^laeiouy]e)$/, "");
  return Math.max(1, bare.match(/[aeiouy]{1,2}/g)?.length ?? 1);
}

function grade(text: string): number {
  const all = words(text);
  const sentences = text.split(/[.!?:;]+(?:\s|$)/).filter((part) => words(part).length > 0).length;
  const spoken = all.reduce((sum, word) => sum + syllables(word), 0);
  return 0.39 * (all.length / Math.max(1, sentences)) + 11.8 * (spoken / Math.max(1, all.length)) - 15.59;
}

/** Messages that are sentences; labels of a few words are not running text. */
const sentences = Object.entries(en)
  .map(([key, message]) => [key, plain(message)] as const)
  .filter(([, text]) => words(text).length >= 6);

test("the measure tells easy from hard", () => {
  expect(grade("You can stop this at any time. Press the button.")).toBeLessThan(4);
  expect(
    grade(
      "Authentication credentials necessary for cryptographic authorisation are periodically invalidated.",
    ),
  ).toBeGreaterThan(12);
});

test("everything together is read at the age of 11", () => {
  const text = sentences
    .map(([, sentence]) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`))
    .join(" ");
  expect(grade(text)).toBeLessThanOrEqual(6);
});

test("no longer message is far above", () => {
  const hard = sentences
    .filter(([, text]) => words(text).length >= 12)
    .map(([key, text]) => [key, Math.round(grade(text) * 10) / 10] as const)
    .filter(([, found]) => found > 9);
  expect(hard).toEqual([]);
});
