import type { DatePrecision, DateView } from "../../backend/types";
import { formattingLocale, t } from "../../locales/i18n";

const shapes = {
  day: { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" },
  month: { month: "long", year: "numeric", timeZone: "UTC" },
  monthShort: { month: "short", timeZone: "UTC" },
  monthAndYear: { month: "short", year: "numeric", timeZone: "UTC" },
  dayAndMonth: { day: "numeric", month: "short", timeZone: "UTC" },
  localDay: { day: "numeric", month: "long", year: "numeric" },
  localMoment: { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
  localTime: { hour: "2-digit", minute: "2-digit" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const made = new Map<string, Intl.DateTimeFormat>();

/** How a date is written in the language now shown; made once for each language. */
export function dateFormat(shape: keyof typeof shapes): Intl.DateTimeFormat {
  const key = `${formattingLocale()} ${shape}`;
  const known = made.get(key) ?? new Intl.DateTimeFormat(formattingLocale(), shapes[shape]);
  made.set(key, known);
  return known;
}

/** "Allergies and medicines": names in one sentence. */
export const listed = (names: readonly string[]): string =>
  new Intl.ListFormat(formattingLocale(), { type: "conjunction" }).format(names);

/** "Dr Ada Example, cardiologist": things side by side, with the comma of the language. */
export const commas = (parts: readonly string[]): string =>
  parts.length === 0 ? "" : parts.reduce((before, after) => t("list.pair", { before, after }));

/** Parts of a date in the order in which the language writes them. */
export const dateOrder = (): ("day" | "month" | "year")[] =>
  dateFormat("day")
    .formatToParts(0)
    .flatMap(({ type }) => (type === "day" || type === "month" || type === "year" ? [type] : []));

/** Seconds since 1970 UTC as a full local date: "6 August 2018". */
export const fullDate = (seconds: number): string => dateFormat("localDay").format(new Date(seconds * 1000));

/** Where a line may be broken inside of a date that stands in a column. */
const seam = "\u0000";
const pieces = (text: string): string[] => text.split(seam).map((piece) => piece.trim());

/** Like `fullDate`, in the pieces between which a line may be broken: "6 August 2018", "6 de agosto" and "de 2018". */
export const fullDatePieces = (seconds: number): string[] =>
  pieces(seamed(dateFormat("localDay"), new Date(seconds * 1000)));

/** A year that a word leads to may begin a line with that word. */
function seamed(format: Intl.DateTimeFormat, date: Date): string {
  const parts = format.formatToParts(date);
  return parts
    .map(({ type, value }, at) =>
      type === "literal" && parts[at + 1]?.type === "year" && /\p{L}/u.test(value) ? seam + value : value,
    )
    .join("");
}

/** Seconds since 1970 UTC as local date and time: "6 August 2018 at 14:05". */
export const fullMoment = (seconds: number): string =>
  dateFormat("localMoment").format(new Date(seconds * 1000));

/** Seconds since 1970 UTC as local time of day: "14:05". */
export const clockTime = (seconds: number): string =>
  dateFormat("localTime").format(new Date(seconds * 1000));

/** Which parts a FHIR date gives, read from its text alone. */
export function precisionOf(value: string): DatePrecision {
  if (/^\d{4}$/.test(value)) return "year";
  if (/^\d{4}-\d{2}$/.test(value)) return "month";
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return "day";
  return /^\d{4}-\d{2}-\d{2}T/.test(value) ? "instant" : "text";
}

/** A FHIR date in words, exactly as much of it as is known: a year stays a year. Times stay as written, in their own zone. */
export function recordDate(value: string, precision: DatePrecision = precisionOf(value)): string {
  return seamedRecordDate(value, precision).replaceAll(seam, "");
}

function seamedRecordDate(value: string, precision: DatePrecision): string {
  switch (precision) {
    case "year":
    case "text":
      return value;
    case "month":
      return written(dateFormat("month"), `${value}-01`, value);
    case "day":
      return written(dateFormat("day"), value, value);
    case "instant": {
      const date = written(dateFormat("day"), value.slice(0, 10), value);
      const time = /T(\d{2}:\d{2})/.exec(value)?.[1];
      return time ? t("date.at", { date: date + seam, time }) : date;
    }
  }
}

function written(format: Intl.DateTimeFormat, isoDay: string, fallback: string): string {
  const date = new Date(`${isoDay}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? fallback : seamed(format, date);
}

/** A date of a record with its end, if it has one. */
export function recordDates(date: DateView): string {
  return seamedRecordDates(date).replaceAll(seam, "");
}

/** Like `recordDates`, in the pieces between which a line may be broken: "6 August 2018" and "at 09:30". */
export const recordDatePieces = (date: DateView): string[] => pieces(seamedRecordDates(date));

function seamedRecordDates(date: DateView): string {
  const from = seamedRecordDate(date.value, date.precision);
  if (!date.end) return from;
  const to = seamedRecordDate(date.end, date.endPrecision ?? precisionOf(date.end));
  return from === to ? from : t("date.fromTo", { from: from + seam, to });
}

/** Seconds since 1970 UTC of the end of a local calendar day. */
export function endOfDay(year: number, monthNumber: number, dayNumber: number): number {
  return Math.floor(new Date(year, monthNumber - 1, dayNumber, 23, 59, 59).getTime() / 1000);
}

/** Three typed parts as an ISO day, or nothing if there is no such day. */
export function isoDay(dayText: string, monthText: string, yearText: string): string | undefined {
  if (!/^\d{1,2}$/.test(dayText) || !/^\d{1,2}$/.test(monthText) || !/^\d{4}$/.test(yearText))
    return undefined;
  const [y, m, d] = [Number(yearText), Number(monthText), Number(dayText)];
  const date = new Date(Date.UTC(y, m - 1, d));
  const same = date.getUTCFullYear() === y && date.getUTCMonth() === m - 1 && date.getUTCDate() === d;
  return same ? `${yearText}-${monthText.padStart(2, "0")}-${dayText.padStart(2, "0")}` : undefined;
}

/** Time left in words a person would use. */
export function timeLeft(seconds: number): string {
  return seconds < 60
    ? t("time.lessThanMinute")
    : seconds < 5400
      ? t("time.minutes", { n: Math.round(seconds / 60) })
      : t("time.hours", { n: Math.round(seconds / 3600) });
}

/** `2018-08` as "August 2018", or "Aug" where the year stands beside it. */
export const monthName = (isoMonth: string, length: "long" | "short"): string =>
  written(dateFormat(length === "long" ? "month" : "monthShort"), `${isoMonth}-01`, isoMonth).replaceAll(
    seam,
    "",
  );
