import { useAnswer } from "../../app/queries";
import { patient } from "../../backend";
import type { ShareState, ShareView, VisibilityView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { ButtonLink } from "../../shared/components/Button";
import { Loaded } from "../../shared/components/Loaded";
import { Empty, Page, Section } from "../../shared/components/Page";
import { together } from "../../shared/components/VisibilityLine";
import { ShareRow } from "./ShareRow";

const groups: {
  heading: "shares.live" | "shares.ended" | "shares.revoked" | "shares.former";
  states: ShareState[];
}[] = [
  { heading: "shares.live", states: ["live", "pending", "problem"] },
  { heading: "shares.ended", states: ["ended"] },
  { heading: "shares.revoked", states: ["revoked"] },
  { heading: "shares.former", states: ["former"] },
];

/** Every share there ever was, by state. */
export function Shares() {
  const shares = useAnswer(["shares"], patient.shares);
  return (
    <Page
      heading={t("shares.heading")}
      visibility={shares.data && visibilityOf(shares.data)}
      lead={t("shares.lead")}
      actions={
        <ButtonLink to="/sharing/new" look="primary" icon="share">
          {t("share.start")}
        </ButtonLink>
      }
    >
      <Loaded query={shares}>{(known) => <ShareGroups shares={known} />}</Loaded>
    </Page>
  );
}

/** Everybody who can read something now, or of whom nobody knows that she cannot. */
function visibilityOf(shares: ShareView[]): VisibilityView {
  const live = shares.filter((share) => share.state === "live" || share.state === "former");
  return together(
    live.map((share) => ({
      kind: "shared",
      with: [{ shareId: share.id, name: share.doctor.name, until: share.until }],
    })),
  );
}

function ShareGroups({ shares }: { shares: ShareView[] }) {
  if (shares.length === 0)
    return (
      <Empty icon="share" heading={t("shares.none")}>
        {t("shares.noneHint")}
      </Empty>
    );
  return groups.map(({ heading, states }) => {
    const group = shares.filter((share) => states.includes(share.state));
    // "Now" is said even when it is nobody; what is over is listed only if there is something.
    if (group.length === 0 && heading !== "shares.live") return null;
    return (
      <Section key={heading} heading={t(heading, { n: group.length })}>
        {group.length === 0 ? (
          <div className="panel">
            <p className="soft">{t("home.noShares")}</p>
          </div>
        ) : (
          <ul className="list">
            {group.map((share) => (
              <ShareRow key={share.id} share={share} />
            ))}
          </ul>
        )}
      </Section>
    );
  });
}
