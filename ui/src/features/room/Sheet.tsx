import { type ReactNode, useState } from "react";
import type { ChartItem, RoomSummary, SummaryList } from "../../backend/types";
import { t } from "../../locales/i18n";
import { CopyButton } from "../../shared/components/Copy";
import { Checkbox } from "../../shared/components/Fields";
import { Loaded } from "../../shared/components/Loaded";
import { commas, fullDate, recordDates } from "../../shared/format/dates";
import { dateText, itemValue } from "../../shared/records/Entry";
import { detailLines } from "../../shared/records/details";
import { StateLine } from "../../shared/records/StateLine";
import { summaryText } from "../../shared/records/plain";
import {
  flagWords,
  isDoubted,
  itemTitle,
  marksBeside,
  markerWords,
  referenceText,
  sensitivityOf,
  sexWords,
} from "../../shared/records/words";
import { type Room, useRoom, useRoomLinks } from "./context";
import { useSummary } from "./queries";
import { RoomPage } from "./RoomPage";
import { PrintButton } from "./Summary";

/** The summary on one page of A4 or Letter: dated, about whom, nothing that can only be pressed. */
export function Sheet() {
  const room = useRoom();
  const to = useRoomLinks();
  const summary = useSummary();
  return (
    <RoomPage
      heading={t("sheet.heading")}
      lead={t("sheet.lead")}
      back={{ to: to({ at: "summary" }), label: t("room.summary") }}
      actions={
        <>
          <PrintButton />
          <CopyButton text={summary.data ? summaryText(summary.data, room) : ""}>{t("room.copy")}</CopyButton>
        </>
      }
      actionsAwaited={summary.isPending}
      actionsIdle={!summary.data}
    >
      <Loaded query={summary} lines={14}>
        {(known) => <Paper summary={known} room={room} />}
      </Loaded>
    </RoomPage>
  );
}

const lists = ["allergies", "problems", "medicines", "immunizations", "results", "vitals"] as const;

/** What is kept apart as sensitive is on the sheet, unless it is left out; then the sheet says so. */
function Paper({ summary, room }: { summary: RoomSummary; room: Room }) {
  const [without, setWithout] = useState(false);
  const isSensitive = lists.some((name) =>
    summary[name].items.some((item) => sensitivityOf(item).length > 0),
  );
  const today = fullDate(Date.now() / 1000);
  const { identity } = summary;
  const name = identity?.name ?? room.person;
  const block = { room, without: without && isSensitive };
  return (
    <div className="stack stack-fill">
      {isSensitive && (
        <div className="screen-only">
          <Checkbox value={without} onChange={setWithout}>
            {t("sheet.without")}
          </Checkbox>
        </div>
      )}
      <article className="paper" aria-label={t("sheet.title")}>
        <header className="paper-top">
          <div>
            <h2 className="paper-title">{t("sheet.title")}</h2>
            <p className="paper-who">{name}</p>
          </div>
          <dl className="paper-facts">
            {identity?.birthDate && (
              <div>
                <dt>{t("sheet.born")}</dt>
                <dd>{recordDates(identity.birthDate)}</dd>
              </div>
            )}
            {identity?.sex && (
              <div>
                <dt>{t("sheet.sex")}</dt>
                <dd>{sexWords(identity.sex)}</dd>
              </div>
            )}
            <div>
              <dt>{t("results.date")}</dt>
              <dd>{today}</dd>
            </div>
          </dl>
        </header>
        <div className="paper-columns">
          <Block heading={t("summary.allergies")} list={summary.allergies} most={6} {...block} />
          <Block heading={t("summary.problems")} list={summary.problems} most={9} {...block} />
          <Block heading={t("summary.medicines")} list={summary.medicines} most={10} {...block} />
          <Block heading={t("summary.immunizations")} list={summary.immunizations} most={5} {...block} />
          <Block heading={t("summary.results")} list={summary.results} most={9} {...block} />
          <Block heading={t("summary.vitals")} list={summary.vitals} most={6} {...block} />
        </div>
        <footer className="paper-bottom">
          {block.without && <p>{t("sheet.leftOut")}</p>}
          {t(room.reader === "owner" ? "sheet.footer" : "sheet.footerShared", { who: name, date: today })}
        </footer>
      </article>
    </div>
  );
}

function Block({
  heading,
  list,
  most,
  room,
  without,
}: {
  heading: string;
  list: SummaryList;
  most: number;
  room: Room;
  without: boolean;
}) {
  const items = without ? list.items.filter((item) => sensitivityOf(item).length === 0) : list.items;
  const shown = items.slice(0, most);
  const rest = list.total - (list.items.length - items.length) - shown.length;
  return (
    <section className="paper-block">
      <h3>{heading}</h3>
      {shown.length > 0 ? (
        <ul>
          {shown.map((item) => (
            <li key={item.id}>{line(item)}</li>
          ))}
        </ul>
      ) : (
        <StateLine state={list.state === "notShared" ? "notShared" : "noneRecorded"} reader={room.reader} />
      )}
      {rest > 0 && <p className="paper-more">{t("sheet.more", { n: rest })}</p>}
    </section>
  );
}

/** A dot never begins a line. */
const apart = "\u00a0· ";

/** One line of paper: what, its value with flag and range, how to take it, when. */
function line(item: ChartItem): ReactNode {
  const value = itemValue(item);
  const flags = item.flags.map((flag) => flagWords(flag).words);
  const [range] = item.ranges;
  const words = [
    ...marksBeside(item).map(markerWords),
    ...detailLines(item),
    ...(range ? [t("range.labsRange", { range: referenceText(range) })] : []),
    dateText(item),
  ];
  return (
    <>
      <span className={isDoubted(item) ? "strong struck" : "strong"}>{itemTitle(item)}</span>
      {value && <span className="paper-value"> {commas([value, ...flags])}</span>}
      <span className="paper-small">
        {value ? apart : " "}
        {words.join(apart)}
      </span>
    </>
  );
}
