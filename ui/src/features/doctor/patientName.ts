import type { PatientLabel, PatientRow } from "../../backend/types";
import { t } from "../../locales/i18n";
import { recordDate } from "../../shared/format/dates";

/** What to call the patient: the name, or the pseudonym she chose. */
export const patientName = (label: PatientLabel): string =>
  label.kind === "named" ? label.name : label.text;

/** Who vouches for it, in one sentence. */
export function vouchedText(label: PatientLabel): string {
  if (label.kind === "pseudonym") return t("vouched.pseudonym");
  const born = label.birthDate ? t("person.born", { date: recordDate(label.birthDate) }) : undefined;
  const by = label.vouchedBy ? t("vouched.by", { clinic: label.vouchedBy }) : t("vouched.self");
  return born ? `${born} · ${by}` : by;
}

/** New things first, then the newest share; the order of the list. */
export function newFirst(rows: PatientRow[]): PatientRow[] {
  const fresh = (row: PatientRow) => (row.lastOpened === null || row.newRecords > 0 ? 1 : 0);
  return [...rows].sort((a, b) => fresh(b) - fresh(a) || b.from - a.from);
}

type OverRow = PatientRow & { state: "ended" | "revoked" | "keysLost" };

/** Whether nothing of it can be read any more. */
export const isOver = (row: PatientRow): row is OverRow =>
  row.state === "ended" || row.state === "revoked" || row.state === "keysLost";
