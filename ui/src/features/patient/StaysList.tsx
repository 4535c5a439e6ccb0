import { href } from "../../app/router";
import type { SharePreview } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Disclosure } from "../../shared/components/Disclosure";
import { Notice } from "../../shared/components/Notice";
import { listedTitle } from "../../shared/records/own";
import { roomAddress } from "../room/address";

const most = 50;

/** What is not shared though its kind is: by name, why, and what she can do. */
export function StaysList({ preview }: { preview: SharePreview }) {
  if (preview.withheld === 0) return null;
  const { stays } = preview;
  const reasons = [...new Set(stays.map((each) => each.reason))];
  const listed = stays.slice(0, most);
  // What she did not decide herself is told at once.
  const open = reasons.some((reason) => reason === "tooLarge" || reason === "keptApart");
  const list = (
    <ul className="list">
      {listed.map((each) => (
        <li key={each.recordId} className="list-item no-icon">
          <div className="list-main">
            <a href={href(roomAddress({ kind: "own" }, { at: "record", id: each.recordId }))}>
              {listedTitle(each.title) || t("title.record")}
            </a>
            <span className="soft small">{t(`stays.${each.reason}`)}</span>
          </div>
        </li>
      ))}
      {preview.withheld > listed.length && (
        <li className="list-item no-icon soft">
          {t("preview.more", { n: preview.withheld - listed.length })}
        </li>
      )}
    </ul>
  );
  return (
    <Notice tone={open ? "caution" : "calm"} title={t("preview.withheld", { n: preview.withheld })}>
      {reasons.map((reason) => (
        <p key={reason}>{t(`stays.${reason}.mend`)}</p>
      ))}
      {open ? (
        list
      ) : (
        <Disclosure label={t("preview.withheldShow")} level={2}>
          {list}
        </Disclosure>
      )}
    </Notice>
  );
}
