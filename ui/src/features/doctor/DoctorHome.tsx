import { useAnswer, useDeed } from "../../app/queries";
import { useSession } from "../../app/session";
import { doctor } from "../../backend";
import type { DoctorHome as Home, PatientRow } from "../../backend/types";
import { type MessageKey, t } from "../../locales/i18n";
import { Button, ButtonLink, Link } from "../../shared/components/Button";
import { Facts, HexGroups } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty, Page } from "../../shared/components/Page";
import { Skeleton } from "../../shared/components/Waiting";
import { fullDate } from "../../shared/format/dates";
import { ClinicWarnings } from "../join/ClinicWarnings";
import { JoinAgain } from "../recovery/JoinAgain";
import { Reminder, useRecoveryStatus } from "../recovery/Reminder";
import { PatientList } from "./PatientList";
import { isOver, newFirst } from "./patientName";

const useHome = () => useAnswer(["doctor-home"], doctor.home);

/** Everybody who shares with her now, new first. */
export function DoctorHome() {
  return (
    <Shares
      heading="doctorHome.heading"
      lead="doctorHome.lead"
      keep={(row) => !isOver(row)}
      none="doctorHome.none"
      noneHint="doctorHome.noneHint"
      reminds
    />
  );
}

/** Only what she has not seen yet. */
export function NewShares() {
  return (
    <Shares
      heading="doctorNew.heading"
      lead="doctorNew.lead"
      keep={(row) => !isOver(row) && (row.lastOpened === null || row.newRecords > 0)}
      none="doctorNew.none"
      noneHint="doctorNew.noneHint"
    />
  );
}

/** Shares that are over: what was there is erased here, the fact that it was there stays. */
export function EndedShares() {
  return (
    <Shares
      heading="doctorEnded.heading"
      lead="doctorEnded.lead"
      keep={isOver}
      none="doctorEnded.none"
      noneHint="doctorEnded.noneHint"
    />
  );
}

interface SharesProps {
  heading: MessageKey;
  lead: MessageKey;
  keep: (row: PatientRow) => boolean;
  none: MessageKey;
  noneHint: MessageKey;
  /** Says what is missing against losing this computer. */
  reminds?: boolean;
}

function Shares({ heading, lead, keep, none, noneHint, reminds = false }: SharesProps) {
  const { enrolled } = useSession();
  const home = useHome();
  // What it may put above the list comes from this computer, like the list: it is waited for, once.
  const status = useRecoveryStatus();
  const waits = reminds && !status.isFetched;
  return (
    <Page
      heading={t(heading)}
      lead={t(lead)}
      visibility={{ kind: "onlyYou" }}
      actions={(home.data ? home.data.enrolled && !home.data.rejoin : enrolled) && <Again />}
      actionsAwaited={home.isPending}
    >
      <Loaded query={home}>
        {(known) => {
          if (!known.enrolled) return <NotEnrolled />;
          if (waits) return <Skeleton lines={4} />;
          const rows = newFirst(known.shares.filter(keep));
          return (
            <div className="stack stack-fill">
              <Problems home={known} />
              {reminds && known.shares.length > 0 && <Reminder />}
              {rows.length === 0 && known.rejoin ? (
                <p>
                  <Link to="/ended">{t("doctorHome.lost")}</Link>
                </p>
              ) : rows.length === 0 ? (
                <Empty icon="people" heading={t(none)}>
                  {t(noneHint)}
                </Empty>
              ) : (
                <PatientList rows={rows} />
              )}
            </div>
          );
        }}
      </Loaded>
    </Page>
  );
}

function NotEnrolled() {
  return (
    <Empty
      icon="key"
      heading={t("doctorHome.notEnrolled")}
      action={
        <ButtonLink to="/join" look="primary" icon="key">
          {t("home.join")}
        </ButtonLink>
      }
    >
      {t("doctorHome.notEnrolledHint")}
    </Empty>
  );
}

/** What went wrong with her own standing or the exchange. That the relay is out of reach stands above every page. */
function Problems({ home }: { home: Home }) {
  const other = home.problem && home.problem.code !== "relay-unreachable" ? home.problem : null;
  return (
    <>
      {home.doctor?.removed && (
        <Notice tone="danger" title={t("doctorHome.removed", { clinic: home.doctor.clinicName })} alert>
          <p>{t("doctorHome.removedHint")}</p>
          <JoinAgain />
        </Notice>
      )}
      {home.rejoin && !home.doctor?.removed && (
        <Notice tone="task" title={t("restored.keysDesk")}>
          <p>{t("restored.keysDeskWhy.doctor")}</p>
          <JoinAgain />
        </Notice>
      )}
      <ClinicWarnings warnings={home.warnings} />
      {other && <Failure error={other} tone="caution" />}
    </>
  );
}

/** Asks the relay again; when it last answered stands in the rail. */
function Again() {
  const sync = useDeed(doctor.sync);
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

/** What patients see of her, and the key words to read out to them. */
export function DoctorSelf() {
  const home = useHome();
  return (
    <Page heading={t("doctorSelf.heading")} lead={t("doctorSelf.lead")}>
      <Loaded query={home}>
        {(known) =>
          known.doctor === null ? (
            <NotEnrolled />
          ) : (
            <Facts
              facts={[
                { label: t("field.name"), value: known.doctor.name },
                { label: t("field.role"), value: known.doctor.role },
                { label: t("field.organisation"), value: known.doctor.organisation },
                { label: t("doctorSelf.certifiedBy"), value: known.doctor.clinicName },
                { label: t("doctorSelf.validUntil"), value: fullDate(known.doctor.validUntil) },
                { label: t("doctorSelf.key"), value: <HexGroups groups={known.doctor.fingerprint} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  );
}
