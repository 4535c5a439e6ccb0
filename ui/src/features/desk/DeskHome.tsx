import { deskEvery, useAnswer } from "../../app/queries";
import { href } from "../../app/router";
import { desk } from "../../backend";
import type { DeskHome as Home, NextStep, PersonRow } from "../../backend/types";
import { t } from "../../locales/i18n";
import { ButtonLink } from "../../shared/components/Button";
import { Facts, HexGroups } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { Loaded } from "../../shared/components/Loaded";
import { Monogram } from "../../shared/components/Monogram";
import { Notice, Tag } from "../../shared/components/Notice";
import { Empty, Page, Section } from "../../shared/components/Page";
import { Skeleton } from "../../shared/components/Waiting";
import { arrowKeys } from "../../shared/arrowKeys";
import { fullMoment, recordDate } from "../../shared/format/dates";
import { Reminder, useRecoveryStatus } from "../recovery/Reminder";

/** Who waits for what. Every line is one link: arrow keys or Tab, and Enter. */
export function DeskHome() {
  const home = useAnswer(["desk-home"], desk.home, { every: deskEvery });
  // What it may put above the queue is waited for, once.
  const status = useRecoveryStatus();
  return (
    <Page
      heading={t("desk.heading")}
      visibility={home.data && { kind: "clinic", name: home.data.clinicName }}
      actions={
        <ButtonLink to="/people/register" look="primary" icon="add">
          {t("register.verb")}
        </ButtonLink>
      }
    >
      <Loaded query={home}>
        {(known) => (status.isFetched ? <Queue home={known} /> : <Skeleton lines={4} />)}
      </Loaded>
    </Page>
  );
}

function Queue({ home }: { home: Home }) {
  return (
    <>
      <div className="stack stack-fill">
        {home.problem && <Failure error={home.problem} tone="caution" />}
        {home.people + home.clinicians > 0 && <Reminder />}
        {home.thisComputerOnly && <Notice title={t("desk.hereTitle")}>{t("desk.here")}</Notice>}
      </div>
      <Section heading={t("desk.queue", { n: home.queue.length })}>
        {home.queue.length === 0 ? (
          <Empty
            icon="check"
            heading={t("desk.queueEmpty")}
            action={<ButtonLink to="/people/register">{t("register.verb")}</ButtonLink>}
          >
            {home.people === 0 ? t("desk.firstSteps") : t("desk.queueEmptyHint")}
          </Empty>
        ) : (
          <ol className="list" onKeyDown={arrowKeys}>
            {home.queue.map((row) => (
              <PersonLine key={row.id} row={row} />
            ))}
          </ol>
        )}
      </Section>
      <p className="soft totals">{t("desk.totals", { people: home.people, clinicians: home.clinicians })}</p>
    </>
  );
}

const tones = {
  checkIdentity: "caution",
  invite: "action",
  awaitUse: undefined,
  inviteAgain: "caution",
  nothing: "good",
} as const satisfies Record<NextStep, "caution" | "action" | "good" | undefined>;

/** One person in a list: name, birth date, what is left to do. */
export function PersonLine({ row }: { row: PersonRow }) {
  const tone = row.withdrawn ? undefined : tones[row.next];
  return (
    <li className="list-item">
      <Monogram name={row.name} quiet={row.withdrawn} />
      <div className="list-main">
        <span className="list-title">
          <a href={href(`/people/${encodeURIComponent(row.id)}`)}>{row.name}</a>
        </span>
        <span className="soft">{t("person.born", { date: recordDate(row.birthDate) })}</span>
      </div>
      <div className="list-side">
        <Tag {...(tone ? { tone } : {})}>{row.withdrawn ? t("person.withdrawn") : t(`next.${row.next}`)}</Tag>
        <div>{fullMoment(row.changed)}</div>
      </div>
    </li>
  );
}

/** The clinic as patients see it. */
export function ClinicPage() {
  const home = useAnswer(["desk-home"], desk.home, { every: deskEvery });
  return (
    <Page
      heading={t("clinic.heading")}
      lead={t("clinic.lead")}
      visibility={home.data && { kind: "clinic", name: home.data.clinicName }}
    >
      <Loaded query={home}>
        {(known) => (
          <div className="stack stack-fill">
            <Facts
              facts={[
                { label: t("field.clinicName"), value: known.clinicName },
                { label: t("field.operatorName"), value: known.operatorName },
                { label: t("clinic.keyWords"), value: <HexGroups groups={known.fingerprint} /> },
                {
                  label: t("clinic.reach"),
                  value: t(known.thisComputerOnly ? "clinic.reachHere" : "clinic.reachNetwork"),
                },
              ]}
            />
            {known.thisComputerOnly && <Notice title={t("desk.hereTitle")}>{t("desk.here")}</Notice>}
          </div>
        )}
      </Loaded>
    </Page>
  );
}
