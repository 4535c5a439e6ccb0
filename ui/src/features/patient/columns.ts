import type { ColumnRole, ColumnUse, CsvMapping, CsvPreview } from "../../backend/types";
import { type MessageKey, t } from "../../locales/i18n";

/** What a column can be, in the order it is offered. */
export const roles: readonly Exclude<ColumnRole, "measure">[] = [
  "ignore",
  "date",
  "time",
  "person",
  "name",
  "value",
  "unit",
  "range",
  "flag",
  "note",
];

/** Roles that at most one column has. */
const single: readonly Exclude<ColumnRole, "measure">[] = ["date", "time", "person", "name", "value"];

/** The choice of a column as one word: its role, and of a measurement which one. */
export const choiceOf = (column: ColumnUse): string =>
  column.role === "measure" ? `measure:${column.measure ?? ""}` : column.role;

/** A column after another choice; a unit stays only where there is nothing to choose. */
export function chosen(choice: string, preview: CsvPreview, guess: ColumnUse | undefined): ColumnUse {
  if (!choice.startsWith("measure:")) return { role: choice as ColumnRole, measure: null, unit: null };
  const key = choice.slice("measure:".length);
  const measure = key === "" ? null : key;
  if (guess?.role === "measure" && guess.measure === measure) return guess;
  const units = unitsOf(measure, preview);
  return { role: "measure", measure, unit: units.length === 1 ? (units[0] ?? null) : null };
}

export const unitsOf = (measure: string | null, preview: CsvPreview): string[] =>
  preview.measures.find((each) => each.key === measure)?.units ?? [];

export const measureName = (key: string): string =>
  key === "" ? t("columns.other") : t(`columns.measure.${key}` as MessageKey);

/** What a mapping still leaves open, in words; empty if it can be used. */
export function missing(mapping: CsvMapping, preview: CsvPreview): string[] {
  const of = (role: ColumnRole) =>
    mapping.columns.flatMap((column, at) => (column.role === role ? [at] : []));
  const found: string[] = [];
  if (of("date").length === 0) found.push(t("columns.needDate"));
  for (const role of single)
    if (of(role).length > 1) found.push(t("columns.twice", { role: t(`columns.role.${role}`) }));
  const long = of("name").length > 0 && of("value").length > 0;
  if (of("measure").length === 0 && !long) found.push(t("columns.needValues"));
  for (const at of of("measure")) {
    const column = mapping.columns[at];
    if (column?.measure && column.unit === null)
      found.push(t("columns.needUnit", { column: headingOf(preview, at) }));
  }
  if (mapping.dateOrder === null) found.push(t("columns.needOrder"));
  if (mapping.decimal === null) found.push(t("columns.needDecimal"));
  const person = of("person")[0];
  if (person !== undefined && mapping.person === null) found.push(t("columns.needPerson"));
  return found;
}

export const headingOf = (preview: CsvPreview, at: number): string =>
  preview.columns[at]?.heading || t("columns.column", { n: at + 1 });

const written: Readonly<Record<string, string>> = {
  "mm[Hg]": "mmHg",
  Cel: "°C",
  "[degF]": "°F",
  "[lb_av]": "lb",
  "[stone_av]": "st",
  "[in_i]": "in",
  "kg/m2": "kg/m²",
  "umol/L": "µmol/L",
  "ug/L": "µg/L",
  "10*3/uL": "10³/µL",
  "10*9/L": "10⁹/L",
  "mL/min/{1.73_m2}": "mL/min/1.73 m²",
  "m[IU]/L": "mIU/L",
  "u[IU]/mL": "µIU/mL",
  "meq/L": "mEq/L",
  "{score}": "0–10",
};

/** A UCUM code as people write it. */
export const unitWords = (ucum: string): string => written[ucum] ?? ucum;
