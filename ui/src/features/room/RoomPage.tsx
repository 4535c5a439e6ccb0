import type { ReactNode } from "react";
import { href } from "../../app/router";
import type { VisibilityView } from "../../backend/types";
import { type MessageKey, t } from "../../locales/i18n";
import { Page } from "../../shared/components/Page";
import { Strip } from "../../shared/components/Strip";
import { fullDate } from "../../shared/format/dates";
import type { RoomPlace } from "./address";
import { type Room, useRoom, useRoomLinks } from "./context";
import { useSummary } from "./queries";

interface RoomPageProps {
  heading: string;
  /** It says more once the answer is there. */
  headingAwaited?: boolean;
  lead?: ReactNode;
  /** The kinds this place shows, for the line that says who can see them. */
  kinds?: readonly string[];
  /** Who can see this very record, where that is known better. */
  visibility?: VisibilityView | null;
  actions?: ReactNode;
  /** They wait for the answer they act on. */
  actionsAwaited?: boolean;
  /** There is nothing here for them to act on. */
  actionsIdle?: boolean;
  /** A place this one is opened from. */
  back?: { to: string; label: string };
  children: ReactNode;
}

/** One place of the reading room: a page of its own, or a part of the page that shows a preview. */
export function RoomPage(props: RoomPageProps) {
  const { heading, headingAwaited, lead, kinds, visibility: own } = props;
  const { actions, actionsAwaited, actionsIdle, back, children } = props;
  const room = useRoom();
  const way = back ?? roomBack(room);
  if (room.inside)
    return (
      <div className="room">
        <RoomNav />
        <div className="section-head">
          <h2>{heading}</h2>
        </div>
        {way && (
          <a className="room-back" href={href(way.to)}>
            {way.label}
          </a>
        )}
        {children}
      </div>
    );
  // In a shared chart the banner, which is always in sight, says it.
  const visibility = room.scope.kind === "own" ? { visibility: own ?? room.visibility(kinds) } : {};
  return (
    <Page
      heading={heading}
      headingAwaited={headingAwaited === true}
      wide
      {...(lead === undefined ? {} : { lead })}
      {...(way ? { back: way } : {})}
      {...visibility}
      actions={!(room.empty && room.place.at !== "sheet") && actions}
      actionsAwaited={actionsAwaited === true}
      actionsIdle={actionsIdle === true}
    >
      <div className="room">
        <p className="print-only paper-line">
          {t("sheet.pageHead", { who: room.person, date: fullDate(Date.now() / 1000) })}
        </p>
        <RoomNav />
        {room.sight}
        {room.scope.kind === "own" && listing.has(room.place.at) && <Preparing />}
        {children}
      </div>
    </Page>
  );
}

/** Places that list: what is missing there is not seen to be missing. */
const listing: ReadonlySet<RoomPlace["at"]> = new Set([
  "summary",
  "timeline",
  "results",
  "trend",
  "comparison",
  "medicines",
  "documents",
  "search",
  "sheet",
]);

/** Records that came are not ready for reading at once: until they are, every list says that something is missing, on paper too. */
function Preparing() {
  const { data } = useSummary();
  if (data?.preparing == null) return null;
  const words = t("summary.preparing", { n: data.preparing });
  return (
    <Strip icon="info" onPaper={words}>
      {words}
    </Strip>
  );
}

function roomBack(room: Room): { to: string; label: string } | undefined {
  return room.scope.kind === "share" && room.place.at === "summary"
    ? { to: "/", label: t("doctorHome.heading") }
    : undefined;
}

const parts = [
  { at: "summary", label: "room.summary" },
  { at: "timeline", label: "room.timeline" },
  { at: "results", label: "room.results" },
  { at: "medicines", label: "room.medicines" },
  { at: "documents", label: "room.documents" },
  { at: "search", label: "room.search" },
] as const satisfies readonly { at: RoomPlace["at"]; label: MessageKey }[];

/** Part a place belongs to. */
const partOf = (place: RoomPlace): string =>
  place.at === "trend" || place.at === "comparison" ? "results" : place.at === "sheet" ? "summary" : place.at;

function RoomNav() {
  const { place } = useRoom();
  const to = useRoomLinks();
  const here = partOf(place);
  return (
    <nav className="room-nav screen-only" aria-label={t("room.parts")}>
      {parts.map((part) => (
        <a
          key={part.at}
          href={href(to({ at: part.at }))}
          aria-current={here === part.at ? "page" : undefined}
        >
          {t(part.label)}
        </a>
      ))}
    </nav>
  );
}

/** The head of a table on paper, which comes again on every page: about whom it is and when it was printed. */
export function PaperHead({ columns }: { columns: number }) {
  const { person } = useRoom();
  return (
    <tr className="paper-head">
      <td colSpan={columns}>{t("sheet.pageHead", { who: person, date: fullDate(Date.now() / 1000) })}</td>
    </tr>
  );
}
