import type { PatientRow } from "../../backend/types";
import { href } from "../../app/router";
import { t } from "../../locales/i18n";
import { HexGroups } from "../../shared/components/Facts";
import { Monogram } from "../../shared/components/Monogram";
import { Tag } from "../../shared/components/Notice";
import { fullDate } from "../../shared/format/dates";
import { Emblem } from "../../shared/icons";
import { kindsInWords } from "../../shared/records/words";
import { isOver, patientName, vouchedText } from "./patientName";

/** Who shares: name or pseudonym, who vouches, what, for what, until when. */
export function PatientList({ rows }: { rows: PatientRow[] }) {
  const names = rows.map((row) => patientName(row.patient));
  const isTwin = (name: string) => names.filter((each) => each === name).length > 1;
  return (
    <ul className="list">
      {rows.map((row) => {
        const name = patientName(row.patient);
        return (
          <li key={row.share} className="list-item">
            {row.patient.kind === "named" ? (
              <Monogram name={name} quiet={isOver(row)} />
            ) : (
              <Emblem name="mask" tone="quiet" />
            )}
            <div className="list-main">
              <span className="list-title">
                <a href={href(`/patients/${encodeURIComponent(row.share)}`)}>{name}</a>
              </span>
              <span className="soft">{vouchedText(row.patient)}</span>
              {isTwin(name) && (
                <span className="soft small">
                  {t("doctorHome.tellApart")} <HexGroups groups={row.persona} />
                </span>
              )}
              <span>{kindsInWords(row.categories)}</span>
              <span className="row">
                <StateTags row={row} />
                <span className="soft small">
                  {t("doctorHome.purpose", { purpose: t(`purpose.${row.purpose}`) })}
                </span>
              </span>
            </div>
            <div className="list-side">
              {isOver(row)
                ? t("doctorHome.over", { date: fullDate(row.endedAt ?? row.until) })
                : t("share.until", { date: fullDate(row.until) })}
              {!isOver(row) && <div>{t("chart.count", { n: row.records })}</div>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

export function StateTags({ row }: { row: PatientRow }) {
  if (row.state !== "live")
    return <Tag {...(isOver(row) ? {} : { tone: "caution" })}>{t(`received.${row.state}`)}</Tag>;
  if (row.lastOpened === null) return <Tag tone="action">{t("received.new")}</Tag>;
  return row.newRecords > 0 ? (
    <Tag tone="action">{t("received.newRecords", { n: row.newRecords })}</Tag>
  ) : null;
}
