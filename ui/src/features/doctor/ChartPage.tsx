import { useState } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useAnswer } from "../../app/queries";
import { doctor } from "../../backend";
import { asAppError } from "../../backend";
import type { Category, ChartAlarm, ChartView, DoctorChart, PatientRow } from "../../backend/types";
import { t } from "../../locales/i18n";
import { ButtonLink } from "../../shared/components/Button";
import { Facts } from "../../shared/components/Facts";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty, Page } from "../../shared/components/Page";
import { fullDate, fullMoment, recordDates } from "../../shared/format/dates";
import { ChartSections, Timeline } from "../../shared/records/Chart";
import { ChartFilter } from "../../shared/records/ChartFilter";
import { categoryName } from "../../shared/records/words";
import { Banner } from "./Banner";
import { isOver, patientName } from "./patientName";

/** A shared chart. When the share is over, also while it is open, an explanation takes its place. */
export function ChartPage({ params }: { params: Record<string, string> }) {
  const share = params.share ?? "";
  const chart = useAnswer(["doctor-chart", share], () => doctor.chart({ share }), { lent: true });
  const code = chart.error && asAppError(chart.error)?.code;
  if (code === "share-revoked" || code === "share-ended")
    return <Over key="over" state={code === "share-revoked" ? "revoked" : "ended"} />;
  const row = chart.data?.share;
  if (row && isOver(row))
    return <Over key="over" row={row} state={row.state === "revoked" ? "revoked" : "ended"} />;
  return (
    <>
      {row && <Banner row={row} />}
      <Page
        heading={row ? t("chart.heading", { name: patientName(row.patient) }) : t("title.chart")}
        back={{ to: "/", label: t("doctorHome.heading") }}
        wide
      >
        <Loaded query={chart} lines={9}>
          {(known) => (known.chart ? <Body known={known} chart={known.chart} /> : <Incomplete />)}
        </Loaded>
      </Page>
    </>
  );
}

function Body({ known, chart }: { known: DoctorChart; chart: ChartView }) {
  const [filter, setFilter] = useState("");
  const [only, setOnly] = useState<Category>();
  const linkTo = (id: string) =>
    `/patients/${encodeURIComponent(known.share.share)}/${encodeURIComponent(id)}`;
  return (
    <div className="stack stack-fill">
      {known.alarms.map((alarm) => (
        <Alarm key={`${alarm.kind}${alarm.category}`} alarm={alarm} />
      ))}
      {known.offline && (
        <Notice tone="caution" title={t("chart.offline")}>
          {t("chart.offlineHint")}
        </Notice>
      )}
      <p className="soft">
        {known.asOf === null ? t("chart.asOfUnknown") : t("chart.asOf", { when: fullMoment(known.asOf) })}{" "}
        {t("doctorHome.purpose", { purpose: t(`purpose.${known.share.purpose}`) })}.
      </p>
      <Identity chart={chart} row={known.share} />
      <ChartFilter
        filter={filter}
        onFilter={setFilter}
        only={only}
        onOnly={setOnly}
        categories={known.share.categories}
      />
      <Tabs className="tabs">
        <TabList className="tab-list" aria-label={t("records.order")}>
          <Tab className="tab" id="kind">
            {t("records.byKind")}
          </Tab>
          <Tab className="tab" id="time">
            {t("records.byTime")}
          </Tab>
        </TabList>
        <TabPanel id="kind">
          <ChartSections chart={chart} linkTo={linkTo} filter={filter} only={only} reader="reader" />
        </TabPanel>
        <TabPanel id="time">
          <Timeline chart={chart} linkTo={linkTo} filter={filter} only={only} />
        </TabPanel>
      </Tabs>
    </div>
  );
}

/** What the record itself says about whom it is, where that is shared; a contradiction is said aloud. */
function Identity({ chart, row }: { chart: ChartView; row: PatientRow }) {
  const { identity } = chart;
  if (!identity) return null;
  const differs =
    row.patient.kind === "named" && identity.name !== null && !sameName(identity.name, row.patient.name);
  return (
    <>
      {(differs || identity.conflicting.length > 0) && (
        <Notice tone="caution" title={t("identity.differs")}>
          {t("identity.differsHint", {
            names: [identity.name, ...identity.conflicting].filter(Boolean).join("; "),
          })}
        </Notice>
      )}
      <Facts
        facts={[
          identity.name !== null && { label: t("identity.nameInRecord"), value: identity.name },
          identity.birthDate !== null && {
            label: t("field.birthDate"),
            value: recordDates(identity.birthDate),
          },
          identity.sex !== null && { label: t("fact.sex"), value: identity.sex },
          identity.deceased && {
            label: t("marker.deceased"),
            value: identity.deceasedDate ?? t("value.yes"),
          },
        ]}
      />
    </>
  );
}

/** Titles and order of names differ between systems; what matters is whether all words of one are in the other. */
export function sameName(a: string, b: string): boolean {
  const words = (text: string) =>
    new Set(
      text
        .toLowerCase()
        .normalize("NFKD")
        .match(/\p{L}+/gu) ?? [],
    );
  const [first, second] = [words(a), words(b)];
  const [few, many] = first.size <= second.size ? [first, second] : [second, first];
  return [...few].every((word) => many.has(word));
}

/** What the relay has done wrong, in a sentence, and what it means for the reader. */
function Alarm({ alarm }: { alarm: ChartAlarm }) {
  const what = categoryName(alarm.category);
  const sentence = () => {
    switch (alarm.kind) {
      case "gap":
        return t("alarm.gap", { what });
      case "rolledBack":
        return t("alarm.rolledBack", { what, seen: fullMoment(alarm.seen) });
      case "quarantined":
        return t("alarm.quarantined", { what, n: alarm.records });
      case "wrongHead":
        return t("alarm.wrongHead", { what });
    }
  };
  return (
    <Notice tone="danger" title={t(`alarm.${alarm.kind}.title`, { what })} alert>
      <p>{sentence()}</p>
      <p>{t("alarm.whatToDo")}</p>
    </Notice>
  );
}

function Incomplete() {
  return (
    <Empty
      icon="clock"
      heading={t("received.incompleteHeading")}
      action={<ButtonLink to="/">{t("over.back")}</ButtonLink>}
    >
      {t("received.incompleteHint")}
    </Empty>
  );
}

/** The explanation that stands where a chart was. */
export function Over({ row, state }: { row?: PatientRow; state: "revoked" | "ended" }) {
  const name = row ? patientName(row.patient) : t("over.thePatient");
  const date = row ? fullDate(row.endedAt ?? row.until) : "";
  return (
    <Page heading={t(`over.${state}.heading`, { name })} back={{ to: "/", label: t("doctorHome.heading") }}>
      <div className="stack" role="status">
        {row && <p>{t(`over.${state}.when`, { name, date })}</p>}
        <p>{t("over.erased")}</p>
        <p>{t("over.notes")}</p>
        <p>{t("over.ask", { name })}</p>
        <ButtonLink to="/" look="primary" icon="people">
          {t("over.back")}
        </ButtonLink>
      </div>
    </Page>
  );
}
