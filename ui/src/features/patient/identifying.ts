import type { IdentifiesView } from "../../backend/types";

/** More titles than these are counted. */
export const mostTitles = 3;

/** The core gives so many letters of a text at most. */
export const mostLetters = 500;

/** The same words of the same sort, with the titles of the records they stand in. */
export interface Remark {
  key: string;
  what: string;
  text: string;
  hits: string[];
  titles: string[];
  /** How often these words stand in the records. */
  times: number;
}

/**
 * One remark for the same words, in the order in which they first come: what holds her own words stays in front. What has
 * no words to read here, a whole document, is told by its title; texts that may go on differently stand each for itself.
 */
export function remarksOf(items: readonly IdentifiesView[]): Remark[] {
  const remarks = new Map<string, Remark>();
  for (const { what, text, hits, title, recordId } of items) {
    const isCut = [...text].length >= mostLetters;
    const key = JSON.stringify([what, text || ["of", title], hits, isCut && recordId]);
    const known = remarks.get(key);
    if (!known) {
      remarks.set(key, { key, what, text, hits, titles: [title], times: 1 });
      continue;
    }
    known.times += 1;
    if (!known.titles.includes(title)) known.titles.push(title);
  }
  return [...remarks.values()];
}
