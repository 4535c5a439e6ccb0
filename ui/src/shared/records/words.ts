import type {
  AbsentReason,
  Category,
  ChartItem,
  ComparisonRow,
  FlagKind,
  FlagView,
  Marker,
  QuantityView,
  ReferenceRangeView,
  Sensitivity,
  ValueView,
} from "../../backend/types";
import { formattingLocale, type MessageKey, t } from "../../locales/i18n";
import { commas, listed, precisionOf, recordDate } from "../format/dates";
import { type IconName, isIconName } from "../icons";
import { ownTitle } from "./own";

export const categories = [
  "conditions",
  "medications",
  "allergies",
  "results",
  "vitals",
  "immunizations",
  "procedures",
  "encounters",
  "documents",
  "carePlans",
  "claims",
  "profile",
  "other",
  "mentalHealth",
  "sexualHealth",
  "substanceUse",
  "genetics",
  "violence",
] as const satisfies readonly Category[];

export const categoryName = (category: Category): string => t(`category.${category}`);

/** "Allergies, medicines and test results": names that stand alone elsewhere, in one sentence. */
export function kindsInWords(kinds: readonly (Category | null)[]): string {
  const names = kinds.map((kind) => (kind ? categoryName(kind) : t("access.unknownKind")));
  const locale = formattingLocale();
  return listed(
    names.map((name, at) => {
      const first = name.charAt(0);
      return (at === 0 ? first.toLocaleUpperCase(locale) : first.toLocaleLowerCase(locale)) + name.slice(1);
    }),
  );
}
/** The sign of a kind; the kinds kept apart as sensitive share one. */
export const categoryIcon = (category: Category): IconName => (isIconName(category) ? category : "shield");

/** Which sensitive kinds an item belongs to. */
export const sensitivityOf = (item: ChartItem): readonly Sensitivity[] => item.sensitivity;

export const categoryHint = (category: Category): string => t(`category.${category}.hint`);
export const markerWords = (marker: Marker): string => t(`marker.${marker}`);
export const absentWords = (reason: AbsentReason): string => t(`absent.${reason}`);

/** Marks that take the ground away from under an entry: it is shown, but struck through. */
const unbelievable: ReadonlySet<Marker> = new Set(["enteredInError", "refuted"]);
const serious: ReadonlySet<Marker> = new Set([
  "enteredInError",
  "refuted",
  "notDone",
  "notTaken",
  "doNotPerform",
  "modifierNotUnderstood",
  "superseded",
]);
const plain: ReadonlySet<Marker> = new Set([
  "noKnownAllergies",
  "noneKnown",
  "resolved",
  "remission",
  "amended",
  "appended",
  "planned",
]);

export const isDoubted = (item: ChartItem): boolean =>
  item.markers.some((marker) => unbelievable.has(marker));

export const markerTone = (marker: Marker): "danger" | "caution" | undefined =>
  serious.has(marker) ? "danger" : plain.has(marker) ? undefined : "caution";

/** The sex stated in the record, in words; another word is given as it is written. */
export function sexWords(sex: string): string {
  const key = `sex.${sex.toLowerCase()}` as MessageKey;
  const words = t(key);
  return words === key ? sex : words;
}

/** The record's own status in words; one that is not known is given as it is written. */
export function statusWords(status: string): string {
  const name = status.toLowerCase().replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const key = `status.${name}` as MessageKey;
  const words = t(key);
  return words === key ? status : words;
}

/** The item's own words, else the name of its kind. */
export function itemTitle(item: ChartItem): string {
  const words = item.title || item.code?.display;
  if (!words) return typeName(item.resourceType);
  return item.code ? ownTitle(words, item.code) : words;
}

/** Its marks, but for those that only say its title again ("No known allergies"). */
export function marksBeside(item: ChartItem): Marker[] {
  const title = itemTitle(item).toLowerCase();
  return item.markers.filter((marker) => markerWords(marker).toLowerCase() !== title);
}

/** "DiagnosticReport" as "Diagnostic report". */
export function typeName(resourceType: string): string {
  if (!resourceType) return t("record.unknownKind");
  return sentenceCase(resourceType);
}

/** Camel case to words: "dosageInstruction" → "Dosage instruction". */
export function sentenceCase(name: string): string {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Number and unit as written: "7.20 mmol/L". */
export function quantityText(quantity: QuantityView): string {
  const unit = quantity.unit ?? quantity.code ?? "";
  const tight = unit === "%" ? "" : " ";
  const number = `${quantity.comparator ? `${quantity.comparator} ` : ""}${quantity.value ?? ""}`;
  return unit && unit !== "1" ? `${number}${tight}${readableUnit(unit)}`.trim() : number;
}

/** UCUM as a person reads it: annotations without their curly brackets, units of old without their square ones. */
const readableUnit = (unit: string): string =>
  unit
    .replace(/\{([^}]*)\}/g, "$1")
    .replace(/\[(\w+?)(?:_[a-z]+)?\]/g, "$1")
    .replace(/^10\*/, "10^");

/** A unit by itself, as a person reads it; nothing for a plain number. */
export const unitText = (unit: string | null): string =>
  unit === null || unit === "1" ? "" : readableUnit(unit);

/**
 * The unit of a code as these items write it: "µmol/L", where the code is "umol/L", so that an axis and a difference say
 * the unit as the values beside them do. Without a code there is none: what else these items hold has units of its own.
 */
export function writtenUnit(code: string | null, items: readonly (ChartItem | null)[]): string {
  if (code === null) return "";
  for (const item of items)
    for (const { value } of item ? [item, ...item.components] : [])
      if (value?.kind === "quantity" && value.quantity.code === code && value.quantity.unit)
        return unitText(value.quantity.unit);
  return unitText(code);
}

/** The difference of two values with its sign and unit, or why there is none. */
export function differenceText({ earlier, later, difference, unit }: ComparisonRow): string {
  if (!earlier || !later) return "–";
  // One value that stands on both sides is not two that are alike.
  if (earlier.id === later.id) return t("comparison.same");
  if (difference === null) return t("comparison.noDifference");
  const sign = /^[-−]/.test(difference) || Number(difference) === 0 ? "" : "+";
  return [`${sign}${difference.replace(/^-/, "−")}`, writtenUnit(unit, [later, earlier])]
    .filter(Boolean)
    .join(" ");
}

/** A value in one line. */
export function valueText(value: ValueView): string {
  switch (value.kind) {
    case "quantity":
      return quantityText(value.quantity);
    case "concept":
      return ownTitle(value.code.display, value.code);
    case "text":
      return value.text;
    case "boolean":
      return t(value.yes ? "value.yes" : "value.no");
    case "number":
      return value.digits;
    case "range":
      return rangeText(value.low, value.high);
    case "ratio":
      return t("value.ratio", {
        upper: value.numerator ? quantityText(value.numerator) : "?",
        lower: value.denominator ? quantityText(value.denominator) : "?",
      });
    case "sampled":
      return t("value.sampled");
    case "date":
      return recordDate(value.value, value.precision);
    case "period":
      return periodText(value.start, value.end);
    case "reference":
      // A reference is for machines; what it leads to has a link of its own.
      return value.display ?? (value.resourceType ? typeName(value.resourceType) : t("value.unnamed"));
    case "identifier":
      return value.value ?? t("value.unnamed");
    case "link":
      return value.url;
    case "absent":
      return absentWords(value.reason);
  }
}

function periodText(start: string | null, end: string | null): string {
  const words = (text: string) => recordDate(text, precisionOf(text));
  if (start && end) return t("date.fromTo", { from: words(start), to: words(end) });
  if (start) return t("date.since", { date: words(start) });
  return end ? t("date.until", { date: words(end) }) : t("value.unnamed");
}

/** A range in numbers with its unit: "3.9 to 5.5 mmol/L". */
export function rangeText(low: QuantityView | null, high: QuantityView | null): string {
  if (low && high) {
    const sameUnit = (low.unit ?? low.code) === (high.unit ?? high.code);
    const lower = sameUnit ? `${low.comparator ?? ""}${low.value ?? ""}` : quantityText(low);
    return t("range.between", { low: lower, high: quantityText(high) });
  }
  if (low) return t("range.atLeast", { low: quantityText(low) });
  return high ? t("range.atMost", { high: quantityText(high) }) : "";
}

/** A laboratory's range: its own words where it has no numbers. */
export function referenceText(range: ReferenceRangeView): string {
  const numbers = rangeText(range.low, range.high) || (range.text ?? "");
  const kind = range.rangeType?.display;
  const who = commas(range.appliesTo);
  return [numbers, kind, who].filter(Boolean).join(" · ");
}

const symbols: Partial<Record<FlagKind, string>> = {
  criticalLow: "↓↓",
  low: "↓",
  normal: "=",
  high: "↑",
  criticalHigh: "↑↑",
  offScaleLow: "↓↓",
  offScaleHigh: "↑↑",
  increased: "↗",
  decreased: "↘",
  abnormal: "!",
  criticalAbnormal: "!!",
};

const codes: Partial<Record<FlagKind, string>> = {
  criticalLow: "LL",
  low: "L",
  normal: "N",
  high: "H",
  criticalHigh: "HH",
};

/** Flag in words, with symbol and letters: never colour alone. */
export function flagWords(flag: FlagView): {
  symbol: string;
  words: string;
  tone: "danger" | "caution" | "good" | undefined;
} {
  const key: MessageKey = `flag.${flag.kind}`;
  const letters = codes[flag.kind];
  const words = flag.kind === "other" ? flag.written : letters ? `${t(key)} (${letters})` : t(key);
  return { symbol: symbols[flag.kind] ?? "", words, tone: flagTone(flag.kind) };
}

function flagTone(kind: FlagKind): "danger" | "caution" | "good" | undefined {
  if (kind.startsWith("critical") || kind.startsWith("offScale")) return "danger";
  if (kind === "normal" || kind === "expected") return "good";
  return kind === "other" || kind === "negative" || kind === "notDetected" ? undefined : "caution";
}
