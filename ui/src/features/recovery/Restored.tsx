import { useAnswer } from "../../app/queries";
import { recovery } from "../../backend";
import type { RestoreReport } from "../../backend/types";
import { t } from "../../locales/i18n";
import { ButtonLink } from "../../shared/components/Button";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty, Page, Section } from "../../shared/components/Page";
import { fullMoment } from "../../shared/format/dates";
import { JoinAgain } from "./JoinAgain";

/** In the restored profile: what came back, what did not, and what is to be done. */
export function Restored() {
  const report = useAnswer(["restored"], recovery.report);
  return (
    <Page heading={t("restored.heading")} back={{ to: "/settings/recovery", label: t("recovery.back") }}>
      <Loaded query={report} lines={8}>
        {(known) =>
          known ? (
            <>
              <ReportBody report={known} />
              {known.role === "patient" ? (
                <ClinicGone enrolment={known.enrolment.kind} />
              ) : (
                known.enrolment.kind === "impossible" && <JoinAgain />
              )}
              <div className="actions">
                <ButtonLink to="/settings/recovery" icon="forward">
                  {t("recovery.link")}
                </ButtonLink>
              </div>
            </>
          ) : (
            <Empty icon="refresh" heading={t("restored.empty")}>
              {t("restored.emptyHint")}
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}

/** While the clinic's word is missing there is another way: a clinic that is gone never gives it. */
function ClinicGone({ enrolment }: { enrolment: RestoreReport["enrolment"]["kind"] }) {
  if (enrolment !== "waiting" && enrolment !== "impossible") return null;
  return (
    <Section heading={t("restored.gone")}>
      <p>{t("restored.goneWhy")}</p>
      <div className="actions">
        <ButtonLink to="/join" icon="key">
          {t(enrolment === "waiting" ? "restored.goneJoin" : "restored.joinAgain")}
        </ButtonLink>
      </div>
    </Section>
  );
}

const countedWords = {
  records: "restored.records",
  originals: "restored.originals",
  spaces: "restored.spaces",
  shares: "restored.shares",
  accesses: "restored.accesses",
  people: "restored.people",
} as const;

/** How far new keys have taken the place of the lost ones. */
const keyWords = {
  waiting: {
    title: "restored.keysWaiting",
    why: { patient: "restored.keysWaitingWhy", doctor: "restored.keysWaitingWhy" },
  },
  done: {
    title: "restored.keysDone",
    why: { patient: "restored.keysDoneWhy", doctor: "restored.keysDoneWhy.doctor" },
  },
  impossible: {
    title: "restored.keysDesk",
    why: { patient: "restored.keysDeskWhy", doctor: "restored.keysDeskWhy.doctor" },
  },
} as const;

/** The same words in the first window and in the profile's. */
export function ReportBody({ report }: { report: RestoreReport }) {
  const counted = (Object.keys(countedWords) as (keyof typeof countedWords)[]).filter(
    (what) => report[what] > 0,
  );
  const { kind } = report.enrolment;
  const role = report.role === "doctor" ? "doctor" : "patient";
  return (
    <>
      <Section heading={t("restored.here")}>
        <p className="soft">{t("restored.lead", { date: fullMoment(report.versionAt) })}</p>
        <ul className="bullets">
          {counted.map((what) => (
            <li key={what}>{t(countedWords[what], { n: report[what] })}</li>
          ))}
          <li>{t("restored.settings")}</li>
        </ul>
      </Section>
      {report.leftClinic !== null && (
        <Section heading={t("restored.not")}>
          <Notice tone="good" title={t("restored.left")}>
            <p>{t("restored.leftWhy", { clinic: report.leftClinic })}</p>
          </Notice>
        </Section>
      )}
      {report.role === "desk" && (
        <Section heading={t("restored.notBack")}>
          <p>{t("restored.deskRelay")}</p>
          <p>{t("restored.deskInvitations")}</p>
        </Section>
      )}
      {kind !== "none" && (
        <Section heading={t("restored.not")}>
          <Notice tone={kind === "done" ? "good" : "caution"} title={t(keyWords[kind].title)}>
            <p>{t(keyWords[kind].why[role])}</p>
          </Notice>
          {report.renewals.length > 0 && (
            <>
              <p>{t(`restored.running.${role}`)}</p>
              <ul className="bullets">
                {report.renewals.map((each) => (
                  <li key={each.id}>
                    {role === "doctor" ? each.name : t("restored.share", { name: each.name })}
                  </li>
                ))}
              </ul>
            </>
          )}
          <p>{t(`restored.later.${role}`)}</p>
        </Section>
      )}
      <Section heading={t("restored.next")}>
        <ol className="numbered">
          {report.role === "desk" && <li>{t("restored.deskOnce")}</li>}
          {kind === "impossible" && <li>{t("restored.join")}</li>}
          {/* Of a doctor with new keys the notice above says it, and nothing is left for her to do. */}
          {kind !== "none" && !(role === "doctor" && kind === "done") && (
            <li>{t(`restored.shareAgain.${role}`)}</li>
          )}
          {report.leftClinic !== null && <li>{t("restored.shareNew")}</li>}
          <li>{t(report.fromRelay ? "restored.kitRelay" : "restored.kit")}</li>
        </ol>
      </Section>
    </>
  );
}
