import type { TrendPoint, TrendView } from "../../backend/types";
import { formattingLocale, t } from "../../locales/i18n";
import { listed } from "../../shared/format/dates";
import { componentText, itemValue } from "../../shared/records/Entry";
import { trendName } from "../../shared/records/own";
import { unitText, writtenUnit } from "../../shared/records/words";
import { partOf } from "./trend";

/** The value as it was written. */
export function pointValue(point: TrendPoint): string {
  const part = partOf(point);
  return part ? componentText(part) : itemValue(point.item);
}

const number = (value: number): string =>
  new Intl.NumberFormat(formattingLocale(), { maximumSignificantDigits: 6 }).format(value);

/** The unit of the curve, as its newest values write it. */
export const curveUnit = (trend: TrendView): string =>
  writtenUnit(trend.unit, trend.points.map((point) => point.item).reverse());

/** From which units to which, and with what number. */
export function conversionSentence(trend: TrendView): string | undefined {
  const { conversion } = trend;
  if (!conversion) return undefined;
  const from = listed(conversion.from.map((unit) => unitText(unit)));
  const to = conversion.to === trend.unit ? curveUnit(trend) : unitText(conversion.to);
  return conversion.molarMass === null
    ? t("trend.conversion", { from, to })
    : t("trend.conversionMass", { from, to, name: trendName(trend), mass: number(conversion.molarMass) });
}

/** The number a converted value has in the unit of the curve. */
export const convertedText = (point: TrendPoint, trend: TrendView): string =>
  point.value === null
    ? ""
    : t("trend.convertedTo", {
        value: [number(point.value), curveUnit(trend)].filter(Boolean).join(" "),
      });
