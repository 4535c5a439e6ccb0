import type { AccessView } from "../../backend/types";
import { Link } from "../../shared/components/Button";
import { t } from "../../locales/i18n";
import { Tag } from "../../shared/components/Notice";
import { fullMoment } from "../../shared/format/dates";
import { Icon } from "../../shared/icons";
import { categoryName } from "../../shared/records/words";

/** Who, in which role, what, when, why, and whether it is proved. */
export function AccessList({ accesses, withLink = true }: { accesses: AccessView[]; withLink?: boolean }) {
  return (
    <ul className="list">
      {accesses.map((access) => (
        <li key={`${access.shareId}${String(access.time)}${access.category ?? ""}`} className="list-item">
          <Icon name={access.category ?? "other"} />
          <div className="list-main">
            <span className="list-title">
              {t("access.sentence", {
                who: access.doctorName,
                n: access.records,
                what: access.category ? categoryName(access.category).toLowerCase() : t("access.unknownKind"),
              })}
            </span>
            <span className="soft small">
              {access.doctorRole}, {access.organisation} ·{" "}
              {t("access.why", {
                purpose: t(`purpose.${access.purpose}`).toLowerCase(),
                space: access.spaceName,
              })}
            </span>
            <span className="row">
              <Tag
                tone={access.proof === "verified" ? "good" : "caution"}
                icon={access.proof === "verified" ? "check" : "warning"}
              >
                {t(`proof.${access.proof}`)}
              </Tag>
              {withLink && (
                <Link to={`/sharing/${encodeURIComponent(access.shareId)}`}>{t("access.openShare")}</Link>
              )}
            </span>
          </div>
          <span className="list-side figures">{fullMoment(access.time)}</span>
        </li>
      ))}
    </ul>
  );
}
