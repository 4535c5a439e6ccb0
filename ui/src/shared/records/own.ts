/**
 * The words Keyward itself wrote into a record when it made it of a table, Apple Health or a clinical document. They are stored in
 * English, whoever reads; here they are said in the reader's language. What others wrote is never changed: the code and
 * the words have to be the ones Keyward writes.
 */
import type {
  ChartItem,
  CodeView,
  ComparisonRow,
  ComponentView,
  NoteView,
  TrendView,
  ValueView,
} from "../../backend/types";
import { ownTitles, ownValues } from "../../generated/ownWords";
import { type MessageKey, t } from "../../locales/i18n";

type Title = (typeof ownTitles)[keyof typeof ownTitles];
type Value = (typeof ownValues)[number];
type Word = (Title extends infer T ? (T extends `${infer Base} (day)` ? Base : T) : never) | Value;

/** A word without a message does not compile. */
const messageOf = (word: Word): MessageKey => `own.${word}`;

const titles: Readonly<Record<string, Title>> = ownTitles;
const titled: ReadonlySet<string> = new Set(Object.values(titles));
const values: ReadonlySet<string> = new Set(ownValues);

const day = " (day)";

const titleWords = (title: Title): string =>
  title.endsWith(day)
    ? t("own.day", { name: t(messageOf(title.slice(0, -day.length) as Word)) })
    : t(messageOf(title as Word));

type Coded = Pick<CodeView, "system" | "code">;

const titleAt = ({ system, code }: Coded): Title | undefined => titles[`${system ?? ""}|${code ?? ""}`];

/** A title beside its code. */
export function ownTitle(written: string, coded: Coded): string {
  if (titleAt(coded) === written) return titleWords(written as Title);
  const column = coded.system === null ? /^Column (\d{1,3})$/.exec(written) : null;
  return column ? t("columns.column", { n: Number(column[1]) }) : written;
}

/** A title in a list that has no codes. The same words of a sender are then said so too; the record shows them as written. */
export const listedTitle = (written: string): string =>
  titled.has(written) ? titleWords(written as Title) : written;

const ownValue = (written: string): string => (values.has(written) ? t(messageOf(written as Word)) : written);

/** Whether Keyward made the record: it has one of Keyward's codes with Keyward's words. */
const isOwn = ({ code }: ChartItem): boolean => code !== null && titleAt(code) === code.display;

/** What a part of a measurement is called. */
export function partTitle({ code }: ComponentView, item: ChartItem): string {
  return code.system === null && isOwn(item) ? ownValue(code.display) : ownTitle(code.display, code);
}

/** The value of an item with what Keyward wrote in it said in the reader's language. */
export function ownValueOf(value: ValueView, item: ChartItem): ValueView {
  if (value.kind !== "concept" || value.code.system !== null || !isOwn(item)) return value;
  return { ...value, code: { ...value.code, display: ownValue(value.code.display) } };
}

/** What an analyte is called, by the item among its own that has this name. */
export function analyteName(name: string, items: readonly (ChartItem | null)[]): string {
  const code = items.find((item) => item?.code?.display === name)?.code;
  return code ? ownTitle(name, code) : name;
}

export const rowName = ({ name, later, earlier }: ComparisonRow): string =>
  analyteName(name, [later, earlier]);

/** The newest value gave the name. */
export const trendName = ({ name, points }: TrendView): string =>
  analyteName(
    name,
    points.slice(-1).map((point) => point.item),
  );

type NoteWords = Pick<NoteView, "text" | "noHistoryOf">;

/** A note that was made on import. */
export function noteWords({ text: written, noHistoryOf }: NoteWords): string {
  if (noHistoryOf !== null) return t("note.noHistoryOf", { what: noHistoryOf });
  const made =
    /^Made on import from (\d+) entries of one day\. Every single one is in the original file\.$/.exec(
      written,
    );
  return made ? t("own.dayNote", { n: Number(made[1]) }) : written;
}

/** Every title with its words in the language now shown, for a file that is written elsewhere. */
export const allTitles = (): Record<string, string> =>
  Object.fromEntries(Object.values(titles).map((title) => [title, titleWords(title)]));

/** Lower case without accents. */
const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Every title once, those of days by what they are a day of. */
const bases = [...new Set(Object.values(titles).map((title) => title.replace(day, "") as Word))];

/** Other titles that are looked for at once. */
const mostTitles = 8;

/**
 * What to ask the core for: the words, and on lines of their own the stored titles that are called so in the language
 * now shown. One line is enough.
 */
export function searchText(typed: string): string {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  const shortest = /\p{Script=Han}/u.test(typed) ? 1 : 3;
  if (!words.some((word) => word.length >= shortest)) return typed;
  // What is found by its stored words anyway needs no line.
  const found = bases.filter(
    (stored) => !hasAll(folded(stored), words) && hasAll(folded(t(messageOf(stored))), words),
  );
  return [typed, ...found.slice(0, mostTitles)].join("\n");
}

/** Every word begins a word of the title; what is written without spaces may stand anywhere in it. */
const hasAll = (title: string, words: string[]): boolean =>
  words.every((word) =>
    /\p{Script=Han}/u.test(word)
      ? title.includes(word)
      : ` ${title.replace(/[(:]/g, " ")}`.includes(` ${word}`),
  );
