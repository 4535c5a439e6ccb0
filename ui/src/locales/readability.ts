/**
 * FOR TESTS: how hard a text is to read. English by the Flesch–Kincaid grade level (Kincaid et al. 1975): 0.39 · words
 * per sentence + 11.8 · syllables per word − 15.59; grade 6 is read at the age of 11. Spanish by the perspicuity of
 * Szigriszt-Pazos (1993): 206.835 − 62.3 · syllables per word − words per sentence; on the INFLESZ scale 65 and more is
 * fairly easy. Chinese by the share of its characters that a school child can read and write: list 1 of appendix 5 of the
 * curriculum 义务教育语文课程标准（2022 年版）, 2 500 characters, written by the end of primary school and read sooner.
 */

import curriculum from "./zh/common-characters.txt?raw";

const letters = "A-Za-zÀ-ÖØ-öø-ÿ";
const word = new RegExp(`[${letters}’'-]*[${letters}][${letters}’'-]*`, "g");

export const wordsOf = (text: string): string[] => text.match(word) ?? [];

/** A message as it is read: arguments stand for one short word, of a plural the last branch is the longest. */
export function read(message: string, argument: string, number: string): string {
  let text = message;
  for (let deep = 0; deep < 3; deep += 1)
    text = text.replace(/\{\w+, (?:plural|select),(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, (whole) => {
      const branches = [...whole.slice(1).matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? "");
      return branches.at(-1) ?? "";
    });
  return text.replace(/\{\w+(?:, \w+)?\}/g, argument).replace(/#/g, number);
}

const sentencesOf = (text: string): number =>
  Math.max(1, text.split(/[.!?:;¡¿]+(?:\s|$)/).filter((part) => wordsOf(part).length > 0).length);

const per = (text: string, syllables: (word: string) => number) => {
  const words = wordsOf(text);
  const spoken = words.reduce((sum, each) => sum + syllables(each), 0);
  return {
    wordsPerSentence: words.length / sentencesOf(text),
    syllablesPerWord: spoken / Math.max(1, words.length),
  };
};

export function englishSyllables(written: string): number {
  const bare = written
    .toLowerCase()
    .replace(/[^a-z]/g, "")
    .replace(/^y/, "")
    .replace(/(?:[^laeiouy]es|[^td]ed|[^laeiouy]e)$/, "");
  return Math.max(1, bare.match(/[aeiouy]{1,2}/g)?.length ?? 1);
}

/** Flesch–Kincaid: the school year that reads it. */
export function grade(text: string): number {
  const { wordsPerSentence, syllablesPerWord } = per(text, englishSyllables);
  return 0.39 * wordsPerSentence + 11.8 * syllablesPerWord - 15.59;
}

/** Vowels in one syllable: a weak one without an accent beside another (`bien`, `causa`, `ciudad`). */
export function spanishSyllables(written: string): number {
  const bare = written.toLowerCase().replace(/(?<=q)u(?=[eiéí])|(?<=g)u(?=[eiéí])/g, "");
  const nuclei = bare.match(
    /[iuüy]?[aeoáéó][iuü](?![aeoáéóíú])|[iuü]?[aeoáéó]|[íú]|[iuü]{1,2}|(?<![a-záéíóúñ])y(?![a-záéíóúñ])|y$/g,
  );
  return Math.max(1, nuclei?.length ?? 1);
}

/** Szigriszt-Pazos: 100 is very easy, 0 very hard. */
export function perspicuity(text: string): number {
  const { wordsPerSentence, syllablesPerWord } = per(text, spanishSyllables);
  return 206.835 - 62.3 * syllablesPerWord - wordsPerSentence;
}

const learnt: ReadonlySet<string> = new Set(curriculum.trim());

export const charactersOf = (text: string): string[] => text.match(/\p{Script=Han}/gu) ?? [];

/** The characters of a text that list 1 of the curriculum does not have. */
export const unlearnt = (text: string): string[] => charactersOf(text).filter((each) => !learnt.has(each));

/** How many of a hundred characters are on list 1 of the curriculum. */
export function familiarity(text: string): number {
  const all = charactersOf(text).length;
  return 100 * (1 - unlearnt(text).length / Math.max(1, all));
}

/** The lengths of the sentences of a Chinese text, in characters. */
export const chineseSentences = (text: string): number[] =>
  text
    .split(/[。！？；：]/)
    .map((sentence) => charactersOf(sentence).length)
    .filter((length) => length > 0);
