import type { RoomRecord, SensitivityMatch } from "../../backend/types";
import { t } from "../../locales/i18n";
import type { Fact } from "../../shared/components/Facts";
import { Notice } from "../../shared/components/Notice";
import { categoryName } from "../../shared/records/words";

/** Why a record of one's own is kept apart, or might have been; told where she can move it. */
export function apartFact(known: RoomRecord): Fact | false {
  const { apart } = known;
  if (apart.length === 0) return false;
  const moved = !known.waits && apart.every((each) => each.kind !== known.compartment);
  const reasons = [...new Set(apart.map(words))];
  return {
    label: t("apart.heading"),
    value: (
      <ul>
        {reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
        {moved && <li>{t("apart.moved")}</li>}
      </ul>
    ),
  };
}

/** A record that is shared with nobody until she chooses a place for it. */
export function Waits({ known }: { known: RoomRecord }) {
  return known.waits && <Notice tone="caution">{t("apart.waits")}</Notice>;
}

function words({ kind, why }: SensitivityMatch): string {
  const name = categoryName(kind);
  switch (why.by) {
    case "label":
      return t("apart.label", { kind: name, code: why.code });
    case "code":
      return t("apart.code", { kind: name, code: why.code });
    case "medicine":
      return t("apart.medicine", { kind: name, name: why.name });
    case "title":
      return t("apart.title", { kind: name, title: why.title });
    case "restricted":
      return t("apart.restricted", { code: why.code });
    case "within":
      return t("apart.within", { kind: name });
    case "kind":
      return t("apart.kind", { kind: name });
  }
}
