import { describe, expect, it, test } from "vitest";
import { en } from "./en";
import { es } from "./es";
import {
  charactersOf,
  chineseSentences,
  englishSyllables,
  familiarity,
  grade,
  perspicuity,
  read,
  spanishSyllables,
  unlearnt,
  wordsOf,
} from "./readability";
import { zh } from "./zh";
import curriculum from "./zh/common-characters.txt?raw";

/** From so many words on, a message is running text; labels are not. */
const sentence = 6;
/** From so many words on, one message alone is enough for the measure to mean something. */
const long = 12;
/** The school year of eleven-year-olds. */
const bound = 6;

const messages = (catalogue: Record<string, string>, argument: string, number: string) =>
  Object.entries(catalogue).map(([key, message]) => [key, read(message, argument, number)] as const);

const english = messages(en, "it", "three");
const spanish = messages(es, "lo", "tres");
const chinese = messages(zh, "它", "三");

/** From so many characters on, a Chinese message is running text, and one that the measure tells something of. */
const runningCharacters = 10;
const longCharacters = 20;

const together = (texts: (readonly [string, string])[]): string =>
  texts
    .filter(([, text]) => wordsOf(text).length >= sentence)
    .map(([, text]) => (/[.!?]$/.test(text) ? text : `${text}.`))
    .join(" ");

describe("the measures", () => {
  it("tell easy from hard English", () => {
    expect(grade("You can stop this at any time. Press the button.")).toBeLessThan(4);
    expect(
      grade(
        "Authentication credentials necessary for cryptographic authorisation are periodically invalidated.",
      ),
    ).toBeGreaterThan(12);
  });

  it("tell easy from hard Spanish", () => {
    expect(perspicuity("Puede parar esto en todo momento. Pulse el botón.")).toBeGreaterThan(75);
    expect(
      perspicuity(
        "Las credenciales de autenticación necesarias para la autorización criptográfica se invalidan periódicamente.",
      ),
    ).toBeLessThan(40);
  });

  it("tell easy from hard Chinese", () => {
    expect(familiarity("您可以随时停止。请按这个按钮。")).toBeGreaterThan(90);
    expect(familiarity("凭证授权之鉴权密匙，须周期性予以吊销，毋庸赘述。")).toBeLessThan(90);
    expect(unlearnt("档案已删除")).toEqual(["档", "删"]);
    expect(chineseSentences("请按这里：A。然后再等三分钟，好吗？")).toEqual([4, 9]);
  });

  it("hold the whole list of the curriculum", () => {
    const list = charactersOf(curriculum);
    expect([list.length, new Set(list).size]).toEqual([2500, 2500]);
  });

  it.each([
    ["your", 1],
    ["shared", 1],
    ["records", 2],
    ["computer", 3],
    ["invitation", 4],
  ])("count the syllables of %s", (word, syllables) => {
    expect(englishSyllables(word)).toBe(syllables);
  });

  it.each([
    ["bien", 1],
    ["día", 2],
    ["ciudad", 2],
    ["guitarra", 3],
    ["averigüe", 4],
    ["leer", 2],
    ["ayuda", 3],
    ["también", 2],
    ["continúa", 4],
    ["y", 1],
  ])("count the syllables of %s, in Spanish", (word, syllables) => {
    expect(spanishSyllables(word)).toBe(syllables);
  });
});

test("all English texts together are read at the age of 11", () => {
  expect(grade(together(english))).toBeLessThanOrEqual(bound);
});

test("every longer English message is read at the age of 11", () => {
  const hard = english
    .filter(([, text]) => wordsOf(text).length >= long)
    .map(([key, text]) => [key, Math.round(grade(text) * 10) / 10] as const)
    .filter(([, found]) => found > bound);
  expect(hard).toEqual([]);
});

test("all Spanish texts together are fairly easy", () => {
  expect(perspicuity(together(spanish))).toBeGreaterThanOrEqual(65);
});

test("no longer Spanish message is hard", () => {
  const hard = spanish
    .filter(([, text]) => wordsOf(text).length >= long)
    .map(([key, text]) => [key, Math.round(perspicuity(text))] as const)
    .filter(([, found]) => found < 55);
  expect(hard).toEqual([]);
});

test("of all Chinese texts together 99 characters in 100 are learnt at primary school", () => {
  expect(familiarity(chinese.map(([, text]) => text).join("\n"))).toBeGreaterThanOrEqual(99);
});

test("of every longer Chinese message 95 characters in 100 are", () => {
  const hard = chinese
    .filter(([, text]) => charactersOf(text).length >= longCharacters)
    .filter(([, text]) => familiarity(text) < 95)
    .map(([key, text]) => [key, unlearnt(text).join("")] as const);
  expect(hard).toEqual([]);
});

test("Chinese sentences are short: 13 characters on average, and none has more than 30", () => {
  const running = chinese.filter(([, text]) => charactersOf(text).length >= runningCharacters);
  const lengths = running.flatMap(([, text]) => chineseSentences(text));
  expect(lengths.reduce((sum, each) => sum + each, 0) / lengths.length).toBeLessThanOrEqual(13);
  const long = chinese.filter(([, text]) => chineseSentences(text).some((length) => length > 30));
  expect(long.map(([key]) => key)).toEqual([]);
});
