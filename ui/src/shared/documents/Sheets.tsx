import { type Ref, useCallback, useEffect, useImperativeHandle, useState } from "react";
import type { DocumentView, FoundPlace, GreyWindow } from "../../backend/types";
import { t } from "../../locales/i18n";
import { PageFigure } from "./PageFigure";
import { useWidth } from "./pictures";
import { type DocumentAt, type Turn, type Zoom } from "./types";

/** CSS pixels a point of paper has at 100 %; pictures have one for one. */
const perPoint = 96 / 72;

export interface SheetsHandle {
  go: (page: number) => void;
  /** Width of the page in percent of its own size, as it is shown now. */
  percent: () => number;
}

/** The pages of a document below each other, in a place of their own that scrolls. */
export function Sheets({
  from,
  document,
  title,
  zoom,
  turn,
  grey,
  places,
  onPage,
  handle,
}: {
  from: DocumentAt;
  document: DocumentView;
  title: string;
  zoom: Zoom;
  turn: Turn;
  grey?: GreyWindow | undefined;
  places: readonly FoundPlace[];
  onPage: (page: number) => void;
  handle: Ref<SheetsHandle>;
}) {
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const room = useWidth(scroller);
  const unit = document.kind === "pdf" ? perPoint : 1;
  const widthOf = (page: { width: number; height: number }): number => {
    if (zoom !== "fit") return Math.max(24, (page.width * unit * zoom) / 100);
    const space = Math.max(0, room - 32);
    // What is turned takes its width from its height. Pictures are not enlarged to fit.
    const whole = turn === 90 || turn === 270 ? (space * page.width) / page.height : space;
    return document.kind === "pdf" ? whole : Math.min(whole, Math.max(page.width, 480));
  };
  useImperativeHandle(handle, () => ({
    go: (page) => {
      const figure = scroller?.querySelector(`[data-page="${String(page)}"]`);
      const mark = figure?.querySelector(".doc-mark");
      if (mark) mark.scrollIntoView({ block: "center" });
      else figure?.scrollIntoView({ block: "start" });
    },
    percent: () => {
      const [size] = document.pages;
      return size && room > 0 ? (widthOf(size) / (size.width * unit)) * 100 : 100;
    },
  }));
  // The first page is asked for at once, before anything is laid out.
  const [[first, last], setNear] = useState<[number, number]>([0, 0]);
  const look = useCallback((element: HTMLElement): number => {
    const { top, height } = element.getBoundingClientRect();
    const figures = [...element.querySelectorAll<HTMLElement>("[data-page]")];
    const places = figures.map((figure) => figure.getBoundingClientRect());
    const near = places.flatMap((place, page) =>
      place.bottom >= top - height && place.top <= top + 2 * height ? [page] : [],
    );
    const [from, to] = [near[0] ?? 0, near.at(-1) ?? 0];
    setNear((known) => (known[0] === from && known[1] === to ? known : [from, to]));
    return Math.max(
      0,
      places.findLastIndex((place) => place.top <= top + height / 2),
    );
  }, []);
  useEffect(() => {
    if (scroller) look(scroller);
  }, [scroller, look, room, zoom, turn, document]);
  return (
    <div
      ref={setScroller}
      className="doc-pages"
      role="group"
      aria-label={t("doc.reader", { title })}
      tabIndex={0}
      onScroll={(event) => {
        onPage(look(event.currentTarget));
      }}
    >
      {room > 0 &&
        document.pages.map((size, page) => (
          <PageFigure
            key={page}
            from={from}
            page={page}
            size={size}
            width={widthOf(size)}
            turn={turn}
            window={grey}
            near={page >= first && page <= last}
            alt={t(document.kind === "pdf" ? "doc.pageAlt" : "doc.pictureAlt", {
              page: page + 1,
              total: document.total,
              title,
            })}
            marks={places.filter((place) => place.page === page).flatMap((place) => place.marks)}
          />
        ))}
    </div>
  );
}
