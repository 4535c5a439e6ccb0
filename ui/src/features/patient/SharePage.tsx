import { type ReactNode, useState } from "react";
import { useAnswer, useDeed } from "../../app/queries";
import { patient } from "../../backend";
import type { RevokeOutcome, ShareView, VisibilityView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { announce } from "../../shared/announce";
import { ButtonLink, Link } from "../../shared/components/Button";
import { Decision } from "../../shared/components/Decision";
import { Facts } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { Loaded } from "../../shared/components/Loaded";
import { Monogram } from "../../shared/components/Monogram";
import { Notice } from "../../shared/components/Notice";
import { Page, Section } from "../../shared/components/Page";
import { Skeleton } from "../../shared/components/Waiting";
import { toast } from "../../shared/components/Toast";
import { Whole } from "../../shared/components/Whole";
import { commas, fullDate, fullDatePieces, fullMoment } from "../../shared/format/dates";
import { AccessList } from "./AccessList";
import { ShareStateTag, kindsText, openedText, periodText } from "./ShareRow";
import { useApart } from "./travel";
import { UntilField, type UntilChoice, noUntil, untilSeconds } from "./Until";

/** One share: what, for whom, whether it was opened; extend it, stop it. */
export function SharePage({ params }: { params: Record<string, string> }) {
  const id = params.id ?? "";
  const share = useAnswer(["share", id], () => patient.share({ id }));
  const data = share.data;
  // What it may put above the share comes from this computer, like the share: both are waited for, once.
  const apart = useApart();
  return (
    <Page
      key={id}
      heading={data ? t("share.heading", { name: data.doctor.name }) : t("title.share")}
      headingAwaited={share.isPending}
      visibility={data && visibilityOf(data)}
      back={{ to: "/sharing", label: t("shares.heading") }}
      beside={
        data &&
        apart !== undefined && (
          <Section heading={t("share.details")}>
            <Details share={data} />
          </Section>
        )
      }
      besideAwaited={share.isPending || apart === undefined}
    >
      <Loaded query={share}>
        {(known) => (apart === undefined ? <Skeleton lines={6} /> : <ShareBody share={known} />)}
      </Loaded>
    </Page>
  );
}

const isOpen = (share: ShareView) =>
  share.state === "live" || share.state === "pending" || share.state === "problem";

/** True to the state of this very share. */
function visibilityOf(share: ShareView): VisibilityView {
  return share.state === "live" || share.state === "former"
    ? { kind: "shared", with: [{ shareId: share.id, name: share.doctor.name, until: share.until }] }
    : { kind: "onlyYou" };
}

function ShareBody({ share }: { share: ShareView }) {
  const [outcome, setOutcome] = useState<RevokeOutcome>();
  return (
    <>
      <div className="stack stack-fill">
        {share.problem && <Failure error={share.problem} tone="caution" />}
        {share.state === "revoked" && <Revoked share={share} outcome={outcome} />}
        {share.state === "former" && (
          <Notice title={t("share.formerTitle", { clinic: share.doctor.certifiedBy })}>
            {t("share.former", { name: share.doctor.name, date: fullDate(share.until) })}
          </Notice>
        )}
        <Waiting share={share} />
        <ShareHead share={share}>
          <ButtonLink to={`/sharing/${encodeURIComponent(share.id)}/receipt`} icon="print">
            {t("share.receipt")}
          </ButtonLink>
          {isOpen(share) && <Extend share={share} />}
          {isOpen(share) && (
            <Stop
              share={share}
              onStopped={(done) => {
                setOutcome(done);
                // What stopping did stands at the top.
                window.scrollTo({ top: 0 });
              }}
            />
          )}
        </ShareHead>
      </div>
      <Section heading={openedText(share)}>
        {share.accesses.length === 0 ? (
          <p className="soft">{t("share.noAccesses")}</p>
        ) : (
          <>
            {share.firstOpened !== null && (
              <p className="soft">{t("share.firstOpened", { when: fullMoment(share.firstOpened) })}</p>
            )}
            <AccessList accesses={share.accesses} withLink={false} />
          </>
        )}
      </Section>
      {!isOpen(share) && (
        <p className="section">
          <Link to="/sharing/new">{t("share.startAnother")}</Link>
        </p>
      )}
    </>
  );
}

/** What has not gone yet, and why. */
function Waiting({ share }: { share: ShareView }) {
  const apart = useApart();
  if (!isOpen(share) || (share.waiting === 0 && !(apart && share.state === "pending"))) return null;
  return (
    <Notice>
      {share.waiting > 0 && <p>{t("share.waiting", { n: share.waiting })}</p>}
      {apart && <p>{t("share.waitsApart")}</p>}
      {apart && (
        <p>
          <Link to="/spaces">{t("home.waitingWhere")}</Link>
        </p>
      )}
    </Notice>
  );
}

/** With whom, what, and until when: what she wants to know; and what she can do about it. */
function ShareHead({ share, children }: { share: ShareView; children: ReactNode }) {
  const { doctor } = share;
  return (
    <section className="panel" aria-label={t("share.with")}>
      <div className="list-item-head">
        <Monogram name={doctor.name} quiet={!isOpen(share)} />
        <div className="list-main">
          <span className="list-title">{doctor.name}</span>
          <span className="soft">{commas([doctor.role, doctor.organisation])}</span>
        </div>
        <ShareStateTag share={share} />
      </div>
      <Facts
        facts={[
          { label: t("share.kinds"), value: kindsText(share) },
          { label: t("share.purpose"), value: t(`purpose.${share.purpose}`) },
          { label: t("share.period"), value: periodText(share) },
        ]}
      />
      <div className="actions">{children}</div>
    </section>
  );
}

function Details({ share }: { share: ShareView }) {
  return (
    <Facts
      facts={[
        {
          label: t("share.verified"),
          value: (
            <Whole
              text={t("doctor.certifiedBy", {
                clinic: share.doctor.certifiedBy,
                date: fullDate(share.doctor.validUntil),
              })}
              pieces={fullDatePieces(share.doctor.validUntil)}
            />
          ),
        },
        // Of a share that is over the relay keeps none; what had been fetched stands above.
        (isOpen(share) || share.records > 0) && {
          label: t("share.records"),
          value: t("chart.count", { n: share.records }),
        },
        {
          label: t("share.shownAs"),
          value: t(share.showsName ? "share.asName" : "share.asPseudonym", { name: share.shownAs }),
        },
        { label: t("share.space"), value: share.spaceName },
        { label: t("share.number"), value: <span className="figures">{share.number}</span> },
      ]}
    />
  );
}

/** What taking back has done, and what it cannot do. */
function Revoked({ share, outcome }: { share: ShareView; outcome: RevokeOutcome | undefined }) {
  const confirmed = outcome?.confirmed ?? share.revokeConfirmed;
  const fetched = outcome?.alreadyFetched ?? share.fetched;
  return (
    <Notice
      tone={confirmed ? "good" : "caution"}
      title={t(confirmed ? "stop.done" : "stop.waiting", { name: share.doctor.name })}
    >
      {!confirmed && <p>{t("stop.waitingHint")}</p>}
      <p>
        {fetched > 0
          ? t("stop.fetched", { n: fetched, name: share.doctor.name })
          : t("stop.nothingFetched", { name: share.doctor.name })}
      </p>
    </Notice>
  );
}

function Stop({ share, onStopped }: { share: ShareView; onStopped: (outcome: RevokeOutcome) => void }) {
  const apart = useApart();
  const { name } = share.doctor;
  const revoke = useDeed(patient.shareRevoke, (outcome) => {
    onStopped(outcome);
    announce(t(outcome.confirmed ? "stop.done" : "stop.waiting", { name }));
  });
  return (
    <Decision
      verb={t("stop.verb")}
      icon="stop"
      heading={t("stop.heading", { name })}
      confirm={t("stop.confirm")}
      keep={t("stop.keep")}
      deed={revoke}
      input={() => ({ id: share.id })}
    >
      <p>{t("stop.what", { name })}</p>
      {apart && <p>{t("stop.atOnce")}</p>}
      <p>
        {share.fetched > 0
          ? t("stop.fetched", { n: share.fetched, name })
          : t("stop.nothingFetched", { name })}
      </p>
    </Decision>
  );
}

function Extend({ share }: { share: ShareView }) {
  const [choice, setChoice] = useState<UntilChoice>(noUntil);
  const [tried, setTried] = useState(false);
  const extend = useDeed(patient.shareExtend, () => {
    toast(t("extend.done"));
  });
  const until = untilSeconds(choice);
  return (
    <Decision
      verb={t("extend.verb")}
      icon="clock"
      tone="primary"
      heading={t("extend.heading", { name: share.doctor.name })}
      confirm={t("extend.confirm")}
      keep={t("action.leaveAsIs")}
      deed={extend}
      input={() => {
        setTried(true);
        return until === undefined ? undefined : { id: share.id, until };
      }}
    >
      <p>{t("extend.now", { date: fullDate(share.until) })}</p>
      <UntilField value={choice} onChange={setChoice} tried={tried} />
    </Decision>
  );
}
