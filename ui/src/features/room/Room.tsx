import { useEffect, useState } from "react";
import { navigate } from "../../app/router";
import { answers, useAnswer } from "../../app/queries";
import { useSession } from "../../app/session";
import { asAppError, doctor, patient } from "../../backend";
import type { ChartAlarm, DoctorOpening, PatientRow, RoomScope } from "../../backend/types";
import { t } from "../../locales/i18n";
import { ButtonLink } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { Missing } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty, Heading, Page } from "../../shared/components/Page";
import { Skeleton } from "../../shared/components/Waiting";
import { together } from "../../shared/components/VisibilityLine";
import { fullDate, fullMoment } from "../../shared/format/dates";
import { categoryName } from "../../shared/records/words";
import { Banner, BannerAwaited } from "../doctor/Banner";
import { isOver, patientName } from "../doctor/patientName";
import { type RoomParams, type RoomPlace, previewPlace, roomAddress, useAddressQuery } from "./address";
import { type Room, RoomProvider } from "./context";
import { Comparison } from "./Comparison";
import { DocumentPlace } from "./DocumentPlace";
import { Documents } from "./Documents";
import { Medicines } from "./Medicines";
import { RecordPage } from "./RecordPage";
import { Results } from "./Results";
import { Search } from "./Search";
import { Sheet } from "./Sheet";
import { Summary } from "./Summary";
import { Timeline } from "./Timeline";
import { Trend } from "./Trend";
import { forgetRoom } from "./queries";

function RoomPlaceView({ place }: { place: RoomPlace }) {
  switch (place.at) {
    case "summary":
      return <Summary />;
    case "timeline":
      return <Timeline />;
    case "results":
      return <Results />;
    case "trend":
      return <Trend key={place.analyte} analyte={place.analyte} />;
    case "comparison":
      return <Comparison />;
    case "medicines":
      return <Medicines />;
    case "documents":
      return <Documents />;
    case "search":
      return <Search />;
    case "record":
      return <RecordPage key={place.id} id={place.id} />;
    case "document":
      return <DocumentPlace key={`${place.id} ${String(place.n)}`} id={place.id} n={place.n} />;
    case "sheet":
      return <Sheet />;
  }
}

/** Parameters of the address and how to change them without leaving the place. */
function useParams(scope: RoomScope, place: RoomPlace): Pick<Room, "params" | "setParams"> {
  const params = new URLSearchParams(useAddressQuery());
  return {
    params,
    setParams: (change: RoomParams) => {
      const next = { ...Object.fromEntries(params), ...change };
      navigate(roomAddress(scope, place, next), "replace");
    },
  };
}

const ownScope: RoomScope = { kind: "own" };

/** Her own records. */
export function OwnRoom({ place }: { place: RoomPlace }) {
  const session = useSession();
  const home = useAnswer(["patient-home"], patient.home);
  const params = useParams(ownScope, place);
  // What can be done here depends on whether there is anything; after the first page this is known already.
  if (home.isPending) return <RoomAwaited title={t("title.records")} />;
  const room: Room = {
    scope: ownScope,
    reader: "owner",
    place,
    ...params,
    person: session.personName ?? session.profileName,
    visibility: (kinds) =>
      home.data &&
      together(
        home.data.categories
          .filter((each) => (kinds ? kinds.includes(each.category) : true))
          .map((each) => each.visibility),
      ),
    sight: <Missing query={home} words={t("room.sightUnknown")} />,
    empty: home.data?.records === 0,
    inside: false,
  };
  return (
    <RoomProvider value={room}>
      <RoomPlaceView place={place} />
    </RoomProvider>
  );
}

/** What a doctor will see, inside the wizard that asks whether to share it. */
export function PreviewRoom({ id, person }: { id: string; person: string }) {
  const scope: RoomScope = { kind: "preview", id };
  const at = new URLSearchParams(useAddressQuery()).get("at") ?? "/";
  const { place, params } = previewPlace(at);
  const room: Room = {
    scope,
    reader: "reader",
    place,
    params,
    setParams: (change) => {
      navigate(roomAddress(scope, place, { ...Object.fromEntries(params), ...change }), "replace");
    },
    person,
    visibility: () => undefined,
    inside: true,
  };
  return (
    <RoomProvider value={room}>
      <RoomPlaceView place={place} />
    </RoomProvider>
  );
}

/** Whether the core said, to whatever question, that this share is over. */
function useRefusal(share: string): "revoked" | "ended" | undefined {
  const [over, setOver] = useState<"revoked" | "ended">();
  useEffect(
    () =>
      answers.getQueryCache().subscribe((event) => {
        if (event.type !== "updated" || event.action.type !== "error") return;
        if (event.query.queryKey[0] !== "room" || event.query.queryKey[1] !== `share:${share}`) return;
        const code = asAppError(event.action.error)?.code;
        if (code === "share-revoked" || code === "share-ended")
          setOver(code === "share-revoked" ? "revoked" : "ended");
      }),
    [share],
  );
  return over;
}

/** A shared chart. When the share is over, also while it is open, an explanation takes its place. */
export function ShareRoom({ share, place }: { share: string; place: RoomPlace }) {
  const scope: RoomScope = { kind: "share", id: share };
  const opening = useAnswer(["doctor-opening", share], () => doctor.open({ share }), { lent: true });
  const params = useParams(scope, place);
  const refused = useRefusal(share);
  const code = opening.error && asAppError(opening.error)?.code;
  const row = opening.data?.share;
  const over =
    row && isOver(row)
      ? row.state
      : code === "share-revoked"
        ? "revoked"
        : code === "share-ended"
          ? "ended"
          : refused;
  useEffect(() => {
    if (over) forgetRoom({ kind: "share", id: share });
  }, [over, share]);
  if (over) return <Over key="over" {...(row ? { row } : {})} state={over} />;
  if (!opening.data || !row)
    return opening.isError ? (
      <Page heading={t("title.chart")} back={{ to: "/", label: t("doctorHome.heading") }} wide>
        <Failure error={opening.error} onRetry={() => void opening.refetch()} />
      </Page>
    ) : (
      <Opening share={share} />
    );
  if (!opening.data.readable)
    return (
      <>
        <Banner row={row} />
        <Page heading={t("chart.heading", { name: patientName(row.patient) })}>
          <Incomplete />
        </Page>
      </>
    );
  const name = patientName(row.patient);
  const room: Room = {
    scope,
    reader: "reader",
    place,
    ...params,
    person: name,
    visibility: () => ({ kind: "received", from: name, until: row.until }),
    empty: row.records === 0,
    inside: false,
  };
  return (
    <RoomProvider value={room}>
      <Banner row={row} />
      <Alarms opening={opening.data} />
      <RoomPlaceView place={place} />
    </RoomProvider>
  );
}

/**
 * While the chart is opened. Whose it is stands in the list she came from; the heading stands below what the relay may
 * have done wrong, so that it is not there before that is known.
 */
function Opening({ share }: { share: string }) {
  const home = useAnswer(["doctor-home"], doctor.home);
  const row = home.data?.shares.find((each) => each.share === share);
  return (
    <>
      {row && !isOver(row) ? <Banner row={row} /> : <BannerAwaited />}
      <RoomAwaited title={t("title.chart")} />
    </>
  );
}

/** Before it is known what the head of the page will be made of. */
function RoomAwaited({ title }: { title: string }) {
  return (
    <div className="page-inner wide">
      <div className="hidden-visually">
        <Heading>{title}</Heading>
      </div>
      <Skeleton lines={9} />
    </div>
  );
}

/** How fresh the copy is and what the relay has done wrong: on every place of the chart, before anything is read. */
function Alarms({ opening }: { opening: DoctorOpening }) {
  const purpose = t(`purpose.${opening.share.purpose}`);
  return (
    <div className="stack stack-fill stack-tight room-alarms">
      <Wrong alarms={opening.alarms} />
      {opening.offline && (
        <Notice tone="caution" title={t("chart.offline")}>
          {t("chart.offlineHint")}
        </Notice>
      )}
      <p className="soft small">
        {opening.asOf === null
          ? t("room.asOfUnknown", { purpose })
          : t("room.asOf", { when: fullMoment(opening.asOf), purpose })}
      </p>
    </div>
  );
}

/** What is wrong, and once what to do about it: the same advice after every line would be read after none. */
function Wrong({ alarms }: { alarms: ChartAlarm[] }) {
  const [first, ...more] = alarms;
  if (!first) return null;
  if (more.length === 0)
    return (
      <Notice tone="danger" title={alarmTitle(first)} alert>
        <p>{alarmSentence(first)}</p>
        <p>{t("alarm.whatToDo")}</p>
      </Notice>
    );
  const isOnePart = more.every((alarm) => alarm.category === first.category);
  return (
    <Notice tone="danger" title={t("alarm.several")} alert>
      <ul className="bullets">
        {alarms.map((alarm) => (
          <li key={`${alarm.kind}${alarm.category}`}>
            <p className="strong">{alarmTitle(alarm)}</p>
            <p>{alarmSentence(alarm)}</p>
          </li>
        ))}
      </ul>
      <p>{t(isOnePart ? "alarm.whatToDo" : "alarm.whatToDoAll")}</p>
    </Notice>
  );
}

const alarmTitle = (alarm: ChartAlarm): string =>
  t(`alarm.${alarm.kind}.title`, { what: categoryName(alarm.category) });

function alarmSentence(alarm: ChartAlarm): string {
  const what = categoryName(alarm.category);
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
export function Over({ row, state }: { row?: PatientRow; state: "revoked" | "ended" | "keysLost" }) {
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
