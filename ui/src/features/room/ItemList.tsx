import { type FocusEvent, memo, useEffect, useMemo, useRef, useState } from "react";
import type { ChartItem, ItemQuery } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Missing } from "../../shared/components/Loaded";
import { Entry } from "../../shared/records/Entry";
import { type Density, yearAt } from "./density";
import { useRoomLinks } from "./context";
import { pageSize, usePages } from "./queries";
import { useWindowed } from "./useWindowed";

/** Heights before anything is measured, in rem: most entries are as high as this. */
const rowGuess = 6;
const headGuess = 3.5;

/** Room is given in steps: the page is not laid out anew for every row that is a little higher than guessed. */
const step = 4096;

/** The height of the list: exact near its end, where it would be seen. */
const roomFor = (total: number, last: number, count: number): number =>
  count - last < 60 ? total : Math.ceil(total / step + 1) * step;

/** Where each list was left, so that coming back from a record finds the same place. Never what was in it. */
const left = new Map<string, number>();

export interface ListHandle {
  goTo: (index: number) => void;
}

/**
 * Entries newest first, however many: only those in sight are drawn, a page is asked for when it comes into sight, and
 * what is still on its way has its place already, so that nothing jumps.
 */
export const ItemList = memo(function ItemList({
  query,
  density,
  name,
  onSight,
  handle,
}: {
  query: ItemQuery;
  density: Density;
  /** Of the place, to remember the position by. */
  name: string;
  /** Tells the first entry in sight. */
  onSight: (index: number) => void;
  handle: (handle: ListHandle) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<number>();
  const heads = useMemo(
    () => [...density.years, ...(density.undated ? [density.undated] : [])].map((stretch) => stretch.start),
    [density],
  );
  const { heights, rows, first, last, flying, measured, goTo } = useWindowed(box, {
    count: density.total,
    heads,
    row: rowGuess,
    head: headGuess,
    // The entry that has the focus stays, wherever the list is moved to.
    keep: focused,
  });
  const pages = flying ? noPages : pagesOf(first, last, density.total);
  const found = usePages(query, pages);
  // A row is as high as what is in it: until something of what is in sight is there, lines stand for all of it.
  const coming = pages.length > 0 && pages.every((page) => found.get(page)?.isPending);
  const passing = flying || coming;
  useEffect(() => {
    onSight(first);
    left.set(name, first);
  }, [first, name, onSight]);
  useEffect(() => {
    handle({ goTo });
  }, [handle, goTo]);
  useRestored(name, goTo);
  const failed = pages
    .map((page) => found.get(page))
    .find((page) => page && page.errorUpdateCount > 0 && !page.data);
  return (
    <>
      {failed && <Missing query={failed} words={t("room.linesAbsent")} />}
      <div
        ref={box}
        className="long-list"
        role="list"
        aria-label={t("timeline.list")}
        style={{ blockSize: `${String(roomFor(heights.total, last, density.total))}px` }}
        onFocus={(event) => {
          setFocused(indexOf(event));
        }}
        onBlur={() => {
          setFocused(undefined);
        }}
      >
        {passing && <Passing top={heights.top(first)} room={heights.total} rows={2 * (last - first + 1)} />}
        {(coming ? rows.filter((index) => index === focused) : rows).map((index) => {
          const page = found.get(Math.floor(index / pageSize));
          const item = page?.data?.items[index % pageSize];
          return (
            <div
              key={index}
              ref={measured}
              data-row={index}
              className="long-list-row"
              role="listitem"
              aria-posinset={index + 1}
              aria-setsize={density.total}
              style={{ transform: `translateY(${String(heights.top(index))}px)` }}
            >
              {heights.hasHead(index) && (
                <h2 className="long-list-year">{yearAt(density, index) || t("date.none")}</h2>
              )}
              <Row item={item} failed={page?.isError === true} />
            </div>
          );
        })}
      </div>
    </>
  );
});

const noPages: number[] = [];

/** What stands for the rows while they fly by: always the same element, moved along. */
function Passing({ top, room, rows }: { top: number; room: number; rows: number }) {
  const lines = useMemo(
    () => Array.from({ length: Math.min(rows, 24) }, (_, at) => <Waiting key={at} />),
    [rows],
  );
  return (
    <div
      className="long-list-row long-list-passing"
      aria-hidden="true"
      style={{
        transform: `translateY(${String(Math.round(top))}px)`,
        maxBlockSize: `${String(Math.max(0, Math.round(room - top)))}px`,
      }}
    >
      {lines}
    </div>
  );
}

function Waiting() {
  return (
    <div className="entry entry-waiting" aria-label={t("room.loadingLine")} role="img">
      <span className="skeleton-line" />
    </div>
  );
}

/** It is known that there is an entry, and that it does not come by itself any more. */
function Absent() {
  return (
    <div className="entry entry-waiting">
      <p className="soft">{t("room.lineAbsent")}</p>
    </div>
  );
}

function Row({ item, failed }: { item: ChartItem | undefined; failed: boolean }) {
  const to = useRoomLinks();
  if (!item) return failed ? <Absent /> : <Waiting />;
  return <Entry item={item} to={to({ at: "record", id: item.id })} kind />;
}

/** The pages in sight, and the next one before it is. */
export function pagesOf(first: number, last: number, total: number): number[] {
  if (total === 0) return [];
  const from = Math.max(0, Math.floor((first - 10) / pageSize));
  const to = Math.min(Math.floor((total - 1) / pageSize), Math.floor((last + 20) / pageSize));
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

function indexOf(event: FocusEvent): number | undefined {
  const row = (event.target as HTMLElement).closest("[data-row]");
  const index = row?.getAttribute("data-row");
  return index == null ? undefined : Number(index);
}

/** Once, after the page has taken its place: the entry that was in sight when the list was left. */
function useRestored(name: string, go: (index: number) => void): void {
  const latest = useRef(go);
  useEffect(() => {
    latest.current = go;
  });
  const [start] = useState(() => left.get(name) ?? 0);
  useEffect(() => {
    if (start < 1) return undefined;
    const frame = window.requestAnimationFrame(() => {
      latest.current(start);
    });
    return () => {
      window.cancelAnimationFrame(frame);
    };
  }, [start]);
}
