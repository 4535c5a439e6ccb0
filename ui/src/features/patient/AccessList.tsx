import type { AccessView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Link } from "../../shared/components/Button";
import { Monogram } from "../../shared/components/Monogram";
import { Tag } from "../../shared/components/Notice";
import { commas, fullMoment } from "../../shared/format/dates";
import { kindsInWords } from "../../shared/records/words";
import { type Fetch, fetches } from "./fetches";

/** Who, in which role, what, when, why, and whether it is proved. */
export function AccessList({ accesses, withLink = true }: { accesses: AccessView[]; withLink?: boolean }) {
  return (
    <ul className="list">
      {fetches(accesses).map((visit) => (
        <li key={`${visit.first.shareId}${String(visit.first.time)}`} className="list-item">
          <Monogram name={visit.first.doctorName} />
          <Visit visit={visit} withLink={withLink} />
          <span className="list-side figures">{fullMoment(visit.first.time)}</span>
        </li>
      ))}
    </ul>
  );
}

function Visit({ visit, withLink }: { visit: Fetch; withLink: boolean }) {
  const { first, kinds, records, proved } = visit;
  return (
    <div className="list-main">
      <span className="list-title">{t("access.sentence", { who: first.doctorName, n: records })}</span>
      <span>{kindsInWords(kinds)}</span>
      <span className="soft small">
        {commas([first.doctorRole, first.organisation])} ·{" "}
        {t("access.why", { purpose: t(`purpose.${first.purpose}`).toLowerCase(), space: first.spaceName })}
      </span>
      <span className="row">
        <Tag tone={proved ? "good" : "caution"} icon={proved ? "check" : "warning"}>
          {t(proved ? "proof.verified" : "proof.unproved")}
        </Tag>
        {withLink && (
          <Link to={`/sharing/${encodeURIComponent(first.shareId)}`}>{t("access.openShare")}</Link>
        )}
      </span>
    </div>
  );
}
