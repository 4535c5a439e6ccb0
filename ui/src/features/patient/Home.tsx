import { useAnswer, useDeed } from "../../app/queries";
import { useSession } from "../../app/session";
import { patient } from "../../backend";
import type { PatientHome } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, ButtonLink, Link } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty, Page, Section } from "../../shared/components/Page";
import { Skeleton } from "../../shared/components/Waiting";
import { ClinicWarnings } from "../join/ClinicWarnings";
import { Reminder, useRecoveryStatus } from "../recovery/Reminder";
import { AccessList } from "./AccessList";
import { CategoryCounts } from "./CategoryCounts";
import { NewKeys, useNewKeys } from "./NewKeys";
import { ShareRow } from "./ShareRow";

/** What she has, who sees it, what happened. */
export function Home() {
  const { enrolled } = useSession();
  const home = useAnswer(["patient-home"], patient.home);
  // What they may put above everything else comes from this computer, like the page itself: it is waited for, once.
  const [keys, status] = [useNewKeys(), useRecoveryStatus()];
  const waits = !keys.isFetched || !status.isFetched;
  const { data } = home;
  return (
    <Page
      heading={t("home.heading")}
      visibility={data?.visibility}
      actions={(data?.enrolled ?? enrolled) && <Again />}
      actionsAwaited={home.isPending}
      beside={data && !waits && <Happened home={data} />}
      besideAwaited={home.isPending || waits}
    >
      <Loaded query={home} lines={10}>
        {(known) => (waits ? <Skeleton lines={10} /> : <HomeBody home={known} />)}
      </Loaded>
    </Page>
  );
}

function HomeBody({ home }: { home: PatientHome }) {
  return (
    <>
      <ToKnow home={home} />
      <NewKeys />
      {home.records > 0 && <Reminder />}
      {home.records === 0 ? (
        <Empty
          icon="folder"
          heading={t("home.noRecords")}
          action={
            <ButtonLink to="/add" look={home.enrolled ? "primary" : "plain"} icon="add">
              {t("home.addRecords")}
            </ButtonLink>
          }
        >
          {t("home.noRecordsHint")}
        </Empty>
      ) : (
        <Section
          heading={t("home.records", { n: home.records })}
          actions={<Link to="/records">{t("home.allRecords")}</Link>}
        >
          <CategoryCounts categories={home.categories} />
        </Section>
      )}
      <Section
        heading={t("home.shares")}
        actions={home.shares.length > 0 && <Link to="/sharing">{t("home.allShares")}</Link>}
      >
        {home.shares.length === 0 ? (
          <div className="panel">
            <p>{t("home.noShares")}</p>
            {home.enrolled && home.records > 0 && (
              <ButtonLink to="/sharing/new" look="primary" icon="share">
                {t("share.start")}
              </ButtonLink>
            )}
          </div>
        ) : (
          <ul className="list">
            {home.shares.map((share) => (
              <ShareRow key={share.id} share={share} />
            ))}
          </ul>
        )}
      </Section>
    </>
  );
}

/** Who looked lately. */
function Happened({ home }: { home: PatientHome }) {
  return (
    <Section
      heading={t("home.happened")}
      actions={home.recentAccesses.length > 0 && <Link to="/history">{t("home.allAccesses")}</Link>}
    >
      {home.recentAccesses.length === 0 ? (
        <div className="panel">
          <p className="soft">{t("home.nothingHappened")}</p>
        </div>
      ) : (
        <AccessList accesses={home.recentAccesses} />
      )}
    </Section>
  );
}

/** What stands above everything: not joined yet, what went wrong, what still waits. Nothing most of the time. */
function ToKnow({ home }: { home: PatientHome }) {
  if (!home.enrolled)
    return (
      <Notice tone="task" title={t("home.notEnrolled")}>
        <p>{t("home.notEnrolledWhy")}</p>
        <ButtonLink to="/join" look="primary" icon="key">
          {t("home.join")}
        </ButtonLink>
      </Notice>
    );
  return (
    <>
      <ClinicWarnings warnings={home.warnings} />
      {home.setBack !== null && <Notice title={t("home.setBack")}>{t("home.setBackWhy")}</Notice>}
      <Waits home={home} />
    </>
  );
}

/** What the exchange with relay and clinic could not do, or has still to do. */
function Waits({ home }: { home: PatientHome }) {
  const sync = useDeed(patient.syncNow);
  // That the relay is out of reach stands above every page already.
  if (home.problem && home.problem.code !== "relay-unreachable")
    return (
      <Failure
        error={home.problem}
        tone="caution"
        onRetry={() => {
          sync.mutate(undefined);
        }}
      />
    );
  if (home.waiting === 0) return null;
  return home.apart ? (
    <Notice>
      <p>{t("home.waitingApart", { n: home.waiting })}</p>
      <p>
        <Link to="/spaces">{t("home.waitingWhere")}</Link>
      </p>
    </Notice>
  ) : (
    <Notice>{t("home.waiting", { n: home.waiting })}</Notice>
  );
}

/** Asks relay and clinic again; when they last answered stands in the rail. */
function Again() {
  const sync = useDeed(patient.syncNow);
  return (
    <>
      {sync.isError && <Failure error={sync.error} tone="caution" />}
      <Button
        look="quiet"
        icon="refresh"
        isPending={sync.isPending}
        onPress={() => {
          sync.mutate(undefined);
        }}
      >
        {t("action.lookAgain")}
      </Button>
    </>
  );
}
