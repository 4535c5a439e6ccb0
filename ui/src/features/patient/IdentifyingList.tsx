import type { IdentifiesView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Tag } from "../../shared/components/Notice";
import { commas } from "../../shared/format/dates";
import { listedTitle } from "../../shared/records/own";
import { identifierWords } from "./ConfirmStep";
import { type Remark, mostTitles, remarksOf } from "./identifying";

const most = 50;

/**
 * What in the records says who she is: what, the words themselves, and in which records. The same words in many records
 * stand here once: fifty laboratory ranges would hide the one letter that has her name.
 */
export function IdentifyingList({ items }: { items: IdentifiesView[] }) {
  const remarks = remarksOf(items);
  const rest = remarks.slice(most).reduce((sum, remark) => sum + remark.times, 0);
  return (
    <ul className="list">
      {remarks.slice(0, most).map((remark) => (
        <li key={remark.key} className="list-item no-icon">
          <div className="list-main">
            <span className="strong">{identifierWords(remark.what)}</span>
            {remark.text !== "" && <span>“{remark.text}”</span>}
            {remark.hits.length > 0 && (
              <Tag tone="caution">{t("preview.hits", { words: commas(remark.hits) })}</Tag>
            )}
            <span className="soft small">{whereOf(remark)}</span>
          </div>
        </li>
      ))}
      {rest > 0 && <li className="list-item no-icon soft">{t("preview.more", { n: rest })}</li>}
    </ul>
  );
}

/** "Creatinine, potassium · 12 times". */
function whereOf({ titles, times }: Remark): string {
  const shown = titles.slice(0, mostTitles).map(listedTitle);
  const more = titles.length - shown.length;
  const where = commas(more > 0 ? [...shown, t("preview.more", { n: more })] : shown);
  return times > 1 ? t("preview.times", { where, n: times }) : where;
}
