import type { ShareState, ShareView } from "../../backend/types";
import { href } from "../../app/router";
import { t } from "../../locales/i18n";
import { Monogram } from "../../shared/components/Monogram";
import { Tag } from "../../shared/components/Notice";
import { commas, fullDate } from "../../shared/format/dates";
import { kindsInWords } from "../../shared/records/words";

const tones = {
  pending: "caution",
  live: "good",
  ended: undefined,
  revoked: undefined,
  problem: "danger",
  former: undefined,
} as const satisfies Record<ShareState, "good" | "caution" | "danger" | undefined>;

export function ShareStateTag({ share }: { share: ShareView }) {
  const tone = tones[share.state];
  const onItsWay = share.state === "pending" && ({ icon: "clock" } as const);
  return (
    <Tag {...(tone ? { tone } : {})} {...onItsWay}>
      {t(`shareState.${share.state}`)}
    </Tag>
  );
}

/** "Allergies and medicines", or the first few and how many more. */
export function kindsText(share: Pick<ShareView, "categories">): string {
  return kindsInWords(share.categories);
}

/** Whether and when the doctor has opened it, in one sentence. */
export function openedText(share: ShareView): string {
  if (share.opened === 0) return t("share.notOpened", { name: share.doctor.name });
  return share.lastOpened === null
    ? t("share.opened")
    : t("share.openedLast", { when: fullDate(share.lastOpened) });
}

/** A share in a list. */
export function ShareRow({ share }: { share: ShareView }) {
  return (
    <li className="list-item">
      <Monogram name={share.doctor.name} quiet={share.state !== "live"} />
      <div className="list-main">
        <span className="list-title">
          <a href={href(`/sharing/${encodeURIComponent(share.id)}`)}>{share.doctor.name}</a>
        </span>
        <span className="soft">{commas([share.doctor.role, share.doctor.organisation])}</span>
        <span>{kindsText(share)}</span>
        <span className="soft small">{openedText(share)}</span>
      </div>
      <div className="list-side">
        <ShareStateTag share={share} />
        <div>{endText(share)}</div>
      </div>
    </li>
  );
}

export function endText(share: ShareView): string {
  if (share.state === "revoked")
    return t("share.stoppedOn", { date: fullDate(share.revokedAt ?? share.until) });
  if (share.state === "former") return t("share.formerUntil", { date: fullDate(share.until) });
  return share.state === "ended"
    ? t("share.endedOn", { date: fullDate(share.until) })
    : t("share.until", { date: fullDate(share.until) });
}

/** Since when and until when, in whole sentences. */
export const periodText = (share: ShareView): string =>
  t("list.sentences", { first: t("share.since", { date: fullDate(share.created) }), then: endText(share) });
