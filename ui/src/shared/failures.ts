import { isAppError } from "../backend";
import type { AppError, ErrorCode } from "../backend/types";
import { type MessageKey, t } from "../locales/i18n";
import type { errors } from "../locales/en/errors";
import type { imports } from "../locales/en/imports";
import { fullDate } from "./format/dates";

/** Every code of the core has its pair of sentences; a code without one does not compile. */
type Covered = `error.${ErrorCode}.what` | `error.${ErrorCode}.mend`;
type Missing = Exclude<Covered, keyof typeof errors | keyof typeof imports>;
const nothingIsMissing: Missing extends never ? true : Missing = true;

const fieldNames: Record<string, MessageKey> = {
  name: "field.name",
  givenName: "field.givenName",
  familyName: "field.familyName",
  birthDate: "field.birthDate",
  clinicName: "field.clinicName",
  operatorName: "field.operatorName",
  clinicNumber: "field.clinicNumber",
  phone: "field.phone",
  role: "field.role",
  organisation: "field.organisation",
  registrationNumber: "field.registrationNumber",
  passphrase: "field.passphrase",
  note: "field.note",
  reason: "field.reason",
  until: "field.until",
  autoLockMinutes: "field.autoLockMinutes",
};

const fieldReasons: Record<string, MessageKey> = {
  missing: "field.reason.missing",
  empty: "field.reason.missing",
  "too-long": "field.reason.tooLong",
  "too-short": "field.reason.tooShort",
  "not-a-date": "field.reason.notADate",
  "in-future": "field.reason.inFuture",
  "too-many": "field.reason.tooMany",
  taken: "field.reason.taken",
  "out-of-range": "field.reason.outOfRange",
  characters: "field.reason.characters",
  "document-number": "field.reason.documentNumber",
};

/** What went wrong and how to mend it, in the label's words. */
export function failureWords(error: unknown): { what: string; mend: string } {
  if (!isAppError(error) || !nothingIsMissing) return words("internal", {});
  if (error.code === "field") return fieldWords(error);
  return words(error.code, selectable(error.params ?? {}));
}

/** ICU takes no hyphen in what it selects by: `key-taken` is asked for as `keyTaken`. Times come as seconds. */
function selectable(params: Record<string, string>): Record<string, string> {
  const reason = params.reason?.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const again = params.again === undefined ? undefined : fullDate(Number(params.again));
  return { ...params, ...(reason !== undefined && { reason }), ...(again !== undefined && { again }) };
}

function fieldWords(error: AppError): { what: string; mend: string } {
  const field = fieldNames[error.params.field ?? ""];
  const reason = fieldReasons[error.params.reason ?? ""] ?? "field.reason.other";
  if (!field) return words("field", {});
  const name = t(field);
  return { what: t(reason, { field: name }), mend: t("error.field.mend") };
}

function words(code: ErrorCode, params: Record<string, string>): { what: string; mend: string } {
  const what: MessageKey = `error.${code}.what`;
  return isKnown(code)
    ? { what: t(what, params), mend: t(`error.${code}.mend`, params) }
    : { what: t("error.internal.what"), mend: t("error.internal.mend") };
}

const isKnown = (code: string): boolean => t(`error.${code as ErrorCode}.what`) !== `error.${code}.what`;
