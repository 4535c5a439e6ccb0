import type { PatientRow, VisibilityView } from "../../backend/types";
import { VisibilityLine } from "../../shared/components/VisibilityLine";
import { Icon } from "../../shared/icons";
import { t } from "../../locales/i18n";
import { patientName, vouchedText } from "./patientName";

/** Its place while it is not known whose record it will be. */
export function BannerAwaited() {
  return (
    <div className="banner banner-awaited" aria-hidden="true">
      <span className="banner-name">&nbsp;</span>
      <span className="visibility" />
    </div>
  );
}

/** Always in sight: whose record this is and who vouches for that. */
export function Banner({ row }: { row: PatientRow }) {
  const visibility: VisibilityView = { kind: "received", from: patientName(row.patient), until: row.until };
  return (
    <div className="banner" role="region" aria-label={t("banner.label")}>
      <span className="row">
        <Icon name={row.patient.kind === "named" ? "person" : "mask"} />
        <span className="banner-name">{patientName(row.patient)}</span>
      </span>
      <p className="soft">{vouchedText(row.patient)}</p>
      {row.state === "live" && <VisibilityLine visibility={visibility} />}
    </div>
  );
}
