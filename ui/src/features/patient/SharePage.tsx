import { useState } from "react";
import { useAnswer, useDeed } from "../../app/queries";
import { patient } from "../../backend";
import type { RevokeOutcome, ShareView, VisibilityView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { announce } from "../../shared/announce";
import { Button, ButtonLink, Link } from "../../shared/components/Button";
import { Dialog } from "../../shared/components/Dialog";
import { Facts } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Page, Section } from "../../shared/components/Page";
import { fullDate, fullMoment } from "../../shared/format/dates";
import { AccessList } from "./AccessList";
import { ShareStateTag, endText, kindsText, openedText } from "./ShareRow";
import { UntilField, type UntilChoice, noUntil, untilSeconds } from "./Until";

/** One share: what, for whom, whether it was opened; extend it, stop it. */
export function SharePage({ params }: { params: Record<string, string> }) {
  const id = params.id ?? "";
  const share = useAnswer(["share", id], () => patient.share({ id }));
  const data = share.data;
  return (
    <Page
      key={id}
      heading={data ? t("share.heading", { name: data.doctor.name }) : t("title.share")}
      visibility={data && visibilityOf(data)}
      back={{ to: "/sharing", label: t("shares.heading") }}
    >
      <Loaded query={share}>{(known) => <ShareBody share={known} />}</Loaded>
    </Page>
  );
}

const isOpen = (share: ShareView) =>
  share.state === "live" || share.state === "pending" || share.state === "problem";

/** True to the state of this very share. */
function visibilityOf(share: ShareView): VisibilityView {
  return share.state === "live"
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
        {share.waiting > 0 && isOpen(share) && <Notice>{t("share.waiting", { n: share.waiting })}</Notice>}
        <Facts
          facts={[
            { label: t("share.state"), value: <ShareStateTag share={share} /> },
            {
              label: t("share.with"),
              value: `${share.doctor.name}, ${share.doctor.role}, ${share.doctor.organisation}`,
            },
            {
              label: t("share.verified"),
              value: t("doctor.certifiedBy", {
                clinic: share.doctor.certifiedBy,
                date: fullDate(share.doctor.validUntil),
              }),
            },
            { label: t("share.kinds"), value: kindsText(share) },
            { label: t("share.records"), value: t("chart.count", { n: share.records }) },
            { label: t("share.purpose"), value: t(`purpose.${share.purpose}`) },
            {
              label: t("share.period"),
              value: `${t("share.since", { date: fullDate(share.created) })}. ${endText(share)}.`,
            },
            {
              label: t("share.shownAs"),
              value: t(share.showsName ? "share.asName" : "share.asPseudonym", { name: share.shownAs }),
            },
            { label: t("share.space"), value: share.spaceName },
            { label: t("share.number"), value: <span className="figures">{share.number}</span> },
          ]}
        />
        <div className="actions">
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
        </div>
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
        <p>
          <Link to="/sharing/new">{t("share.startAnother")}</Link>
        </p>
      )}
    </>
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
  const [asking, setAsking] = useState(false);
  const revoke = useDeed(patient.shareRevoke, (outcome) => {
    setAsking(false);
    onStopped(outcome);
    announce(t(outcome.confirmed ? "stop.done" : "stop.waiting", { name: share.doctor.name }));
  });
  const name = share.doctor.name;
  const close = () => {
    setAsking(false);
  };
  return (
    <>
      <Button
        icon="stop"
        onPress={() => {
          setAsking(true);
        }}
      >
        {t("stop.verb")}
      </Button>
      <Dialog heading={t("stop.heading", { name })} isOpen={asking} onClose={close}>
        <p>{t("stop.what", { name })}</p>
        <p>
          {share.fetched > 0
            ? t("stop.fetched", { n: share.fetched, name })
            : t("stop.nothingFetched", { name })}
        </p>
        {revoke.isError && <Failure error={revoke.error} />}
        <div className="actions">
          <Button
            look="danger"
            isPending={revoke.isPending}
            onPress={() => {
              revoke.mutate({ id: share.id });
            }}
          >
            {t("stop.confirm")}
          </Button>
          <Button onPress={close}>{t("stop.keep")}</Button>
        </div>
      </Dialog>
    </>
  );
}

function Extend({ share }: { share: ShareView }) {
  const [asking, setAsking] = useState(false);
  const [choice, setChoice] = useState<UntilChoice>(noUntil);
  const [tried, setTried] = useState(false);
  const extend = useDeed(patient.shareExtend, () => {
    setAsking(false);
    announce(t("extend.done"));
  });
  const until = untilSeconds(choice);
  const close = () => {
    setAsking(false);
  };
  return (
    <>
      <Button
        icon="clock"
        onPress={() => {
          setAsking(true);
        }}
      >
        {t("extend.verb")}
      </Button>
      <Dialog heading={t("extend.heading", { name: share.doctor.name })} isOpen={asking} onClose={close}>
        <p>{t("extend.now", { date: fullDate(share.until) })}</p>
        <UntilField value={choice} onChange={setChoice} tried={tried} />
        {extend.isError && <Failure error={extend.error} />}
        <div className="actions">
          <Button
            look="primary"
            isPending={extend.isPending}
            onPress={() => {
              setTried(true);
              if (until !== undefined) extend.mutate({ id: share.id, until });
            }}
          >
            {t("extend.confirm")}
          </Button>
          <Button onPress={close}>{t("action.leaveAsIs")}</Button>
        </div>
      </Dialog>
    </>
  );
}
