import type { IdentifiesView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Tag } from "../../shared/components/Notice";
import { commas } from "../../shared/format/dates";
import { listedTitle } from "../../shared/records/own";
import { identifierWords } from "./ConfirmStep";

const most = 50;

/** What in the records says who she is: what, the words themselves, and in which record. */
export function IdentifyingList({ items }: { items: IdentifiesView[] }) {
  return (
    <ul className="list">
      {items.slice(0, most).map((item) => (
        <li key={`${item.recordId}${item.place}${item.what}`} className="list-item no-icon">
          <div className="list-main">
            <span className="strong">{identifierWords(item.what)}</span>
            {item.text !== "" && <span>“{item.text}”</span>}
            {item.hits.length > 0 && (
              <Tag tone="caution">{t("preview.hits", { words: commas(item.hits) })}</Tag>
            )}
            <span className="soft small">{listedTitle(item.title)}</span>
          </div>
        </li>
      ))}
      {items.length > most && (
        <li className="list-item no-icon soft">{t("preview.more", { n: items.length - most })}</li>
      )}
    </ul>
  );
}
