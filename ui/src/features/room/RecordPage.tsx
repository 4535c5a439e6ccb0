import { href } from "../../app/router";
import type { RoomRecord } from "../../backend/types";
import { t } from "../../locales/i18n";
import { CopyButton } from "../../shared/components/Copy";
import type { Fact } from "../../shared/components/Facts";
import { Loaded } from "../../shared/components/Loaded";
import { Section } from "../../shared/components/Page";
import { fullDate } from "../../shared/format/dates";
import { analyteOf } from "../../shared/records/analyte";
import { Entry } from "../../shared/records/Entry";
import { RecordDetail } from "../../shared/records/RecordDetail";
import { recordText } from "../../shared/records/plain";
import { itemTitle } from "../../shared/records/words";
import type { RoomPlace } from "./address";
import { apartFact, Waits } from "./Apart";
import { MoveRecord } from "./MoveRecord";
import { type Room, useRoom, useRoomLinks } from "./context";
import { knownItem, usePanel, useRecord } from "./queries";
import { RoomPage } from "./RoomPage";
import { SaveOriginal } from "./SaveOriginal";
import { PrintButton } from "./Summary";

/** One record in full, with its source. */
export function RecordPage({ id }: { id: string }) {
  const room = useRoom();
  const to = useRoomLinks();
  const record = useRecord(id);
  const item = record.data?.record.item ?? (record.isPending ? knownItem(room.scope, id) : undefined);
  const title = item && itemTitle(item);
  return (
    <RoomPage
      heading={title ?? t("title.record")}
      headingAwaited={record.isPending}
      {...(record.data ? { visibility: record.data.visibility } : {})}
      back={{
        to: to({ at: "summary" }),
        label: t(room.scope.kind === "own" ? "records.heading" : "record.backToChart"),
      }}
      actions={
        <>
          <PrintButton />
          <CopyButton text={record.data ? recordText(record.data.record, room.person) : ""}>
            {t("room.copy")}
          </CopyButton>
        </>
      }
      actionsAwaited={record.isPending}
      actionsIdle={!record.data}
    >
      <Loaded query={record} lines={12}>
        {(known) => <Body known={known} room={room} />}
      </Loaded>
    </RoomPage>
  );
}

function Body({ known, room }: { known: RoomRecord; room: Room }) {
  const to = useRoomLinks();
  const { record } = known;
  const analyte = analyteOf(record);
  const isReport = record.item.resourceType === "DiagnosticReport";
  return (
    <article className="record">
      <RecordDetail
        record={record}
        scope={room.scope}
        {...(room.scope.kind === "own" && record.item.markers.includes("keptAsSource")
          ? { original: <SaveOriginal id={record.item.id} name={itemTitle(record.item)} /> }
          : {})}
        documentAddress={(n) => to({ at: "document", id: record.item.id, n })}
        extra={[...originFacts(known), alsoIn(known, to), apartFact(known)]}
        after={
          <>
            {analyte !== undefined && (
              <a className="record-trend screen-only" href={href(to({ at: "trend", analyte }))}>
                {t("record.trend")}
              </a>
            )}
            {isReport && <Panel id={record.item.id} />}
          </>
        }
      />
      {room.scope.kind === "own" && (
        <div className="screen-only">
          <Waits known={known} />
          <MoveRecord known={known} />
        </div>
      )}
      <p className="print-only paper-foot">
        {t("sheet.recordFooter", {
          title: itemTitle(record.item),
          who: room.person,
          date: fullDate(Date.now() / 1000),
        })}
      </p>
    </article>
  );
}

/** Where it came from and when. */
function originFacts(known: RoomRecord): (Fact | false)[] {
  const source = known.sourceName ?? known.record.item.source;
  const received = known.received ?? known.record.item.received;
  return [
    source !== "" && {
      label: t("record.sourceFile"),
      value: source,
      ...(known.importId
        ? {
            action: (
              <a className="screen-only" href={href(`/add/${encodeURIComponent(known.importId)}`)}>
                {t("record.importLink")}
              </a>
            ),
          }
        : {}),
    },
    received !== null && { label: t("record.received"), value: fullDate(received) },
  ];
}

/** The same result from elsewhere: it is shown once, and the other one can be opened from here. */
function alsoIn(known: RoomRecord, to: (place: RoomPlace) => string): Fact | false {
  if (known.alsoIn.length === 0) return false;
  return {
    label: t("record.alsoIn"),
    value: (
      <ul>
        {known.alsoIn.map((other) => {
          const source = other.sourceName ?? t("record.alsoElsewhere");
          return (
            <li key={other.recordId}>
              <a href={href(to({ at: "record", id: other.recordId }))}>
                {other.received === null
                  ? source
                  : t("record.alsoInReceived", { source, date: fullDate(other.received) })}
              </a>
            </li>
          );
        })}
      </ul>
    ),
  };
}

/** The results that belong to a report, in its order. */
function Panel({ id }: { id: string }) {
  const { reader } = useRoom();
  const to = useRoomLinks();
  const panel = usePanel(id, true);
  return (
    <Section heading={t("panel.heading")}>
      <Loaded query={panel} lines={4}>
        {(known) => (
          <>
            {known.results.length > 0 ? (
              <ul className="entries entries-panel">
                {known.results.map((item) => (
                  <li key={item.id}>
                    <Entry item={item} to={to({ at: "record", id: item.id })} line />
                  </li>
                ))}
              </ul>
            ) : (
              known.missing === 0 && <p className="soft">{t("panel.none")}</p>
            )}
            {known.missing > 0 && (
              <p className="soft">
                {t(reader === "reader" ? "panel.missingReader" : "panel.missing", { n: known.missing })}
              </p>
            )}
          </>
        )}
      </Loaded>
    </Section>
  );
}
