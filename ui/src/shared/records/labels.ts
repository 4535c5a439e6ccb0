import { type MessageKey, t } from "../../locales/i18n";
import { sentenceCase } from "./words";

const known: Record<string, MessageKey> = {
  status: "fact.status",
  clinicalStatus: "fact.clinicalStatus",
  verificationStatus: "fact.verificationStatus",
  category: "fact.category",
  code: "fact.code",
  subject: "fact.subject",
  patient: "fact.subject",
  encounter: "fact.encounter",
  value: "fact.value",
  effective: "fact.effective",
  issued: "fact.issued",
  onset: "fact.onset",
  abatement: "fact.abatement",
  recordedDate: "fact.recordedDate",
  authoredOn: "fact.authoredOn",
  requester: "fact.requester",
  recorder: "fact.recorder",
  performer: "fact.performer",
  "dosageInstruction.text": "fact.dosage",
  medication: "fact.medication",
  vaccineCode: "fact.vaccine",
  occurrence: "fact.occurrence",
  period: "fact.period",
  type: "fact.type",
  class: "fact.class",
  serviceProvider: "fact.serviceProvider",
  intent: "fact.intent",
  criticality: "fact.criticality",
  "reaction.manifestation": "fact.reaction",
  interpretation: "fact.interpretation",
  reasonCode: "fact.reason",
  reasonReference: "fact.reason",
  birthDate: "fact.birthDate",
  gender: "fact.sex",
  name: "fact.name",
  telecom: "fact.telecom",
  address: "fact.address",
  identifier: "fact.identifier",
  location: "fact.location",
  description: "fact.description",
};

/** A FHIR path as a person would say it; unknown ones are taken apart into words. */
export function factLabel(path: string): string {
  const key = known[path];
  return key
    ? t(key)
    : path
        .split(".")
        .map((part, index) => (index === 0 ? sentenceCase(part) : sentenceCase(part).toLowerCase()))
        .join(", ");
}
