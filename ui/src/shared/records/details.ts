/**
 * The lines of an item besides its title and value. What the sender wrote is shown as written; how to take a medicine
 * is put together here where the sender gave only its parts, and terms of FHIR are said in the reader's language.
 */
import type { ChartItem, Detail, DosePart, MedicineView, TermView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { commas } from "../format/dates";

type Every = Extract<DosePart, { kind: "every" }>;

const units = ["s", "min", "h", "d", "wk", "mo", "a"] as const;
const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** Moments of the day in FHIR's code system. */
const moments = [
  "AC",
  "ACD",
  "ACM",
  "ACV",
  "C",
  "CD",
  "CM",
  "CV",
  "HS",
  "IC",
  "ICD",
  "ICM",
  "ICV",
  "PC",
  "PCD",
  "PCM",
  "PCV",
  "PHS",
  "WAKE",
  "IMD",
  "MORN",
  "MORN.early",
  "MORN.late",
  "NOON",
  "AFT",
  "AFT.early",
  "AFT.late",
  "EVE",
  "EVE.early",
  "EVE.late",
  "NIGHT",
] as const;
const terms = [
  "severity.mild",
  "severity.moderate",
  "severity.severe",
  "criticality.low",
  "criticality.high",
  "criticality.unable-to-assess",
] as const;

/** "every 8 hours", "every 4 to 6 hours", "2 times every day". */
function every({ times, timesTo, period, periodTo, unit }: Every): string {
  const known = units.find((each) => each === unit);
  if (known === undefined) return `${times} / ${period} ${unit}`;
  const often =
    periodTo === null
      ? t(`dose.every.${known}`, { n: Number(period) })
      : t(`dose.everyTo.${known}`, { n: Number(period), to: Number(periodTo) });
  if (timesTo !== null) return t("dose.timesTo", { n: Number(times), to: Number(timesTo), often });
  return times === "1" ? often : t("dose.times", { n: Number(times), often });
}

function partWords(part: DosePart): string {
  switch (part.kind) {
    case "words":
      return part.text;
    case "every":
      return every(part);
    case "days":
      return t("dose.days", { days: commas(part.days.map(dayWords)) });
    case "when":
      return momentWords(part.code);
    case "asNeeded":
      return part.what === null ? t("dose.asNeeded") : t("dose.asNeededFor", { what: part.what });
  }
}

const dayWords = (day: string): string => {
  const known = days.find((each) => each === day);
  return known === undefined ? day : t(`dose.day.${known}`);
};

/** A code nobody knows is shown as written. */
const momentWords = (code: string): string => {
  const known = moments.find((each) => each === code);
  return known === undefined ? code : t(`dose.when.${known}`);
};

const termWords = ({ term, code }: TermView): string => {
  const known = terms.find((each) => each === `${term}.${code}`);
  return known === undefined ? code : t(`term.${known}`);
};

/** One line. */
export function detailWords(detail: Detail): string {
  if (typeof detail === "string") return detail;
  return "dose" in detail ? commas(detail.dose.map(partWords)) : termWords(detail);
}

export const detailLines = ({ details }: ChartItem): string[] => details.map(detailWords);

export const instructionLines = ({ instructions }: MedicineView): string[] => instructions.map(detailWords);
