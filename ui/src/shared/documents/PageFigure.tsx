import type { DocumentPage, GreyWindow, PageMark } from "../../backend/types";
import { t } from "../../locales/i18n";
import { failureWords } from "../failures";
import { Icon } from "../icons";
import { usePage } from "./pictures";
import { type DocumentAt, pixelsFor, type Turn } from "./types";

/** One page: a box of its size from the beginning, then its picture, with the places found marked on it. */
export function PageFigure({
  from,
  page,
  size,
  width,
  turn,
  window: grey,
  near,
  alt,
  marks,
}: {
  from: DocumentAt;
  page: number;
  size: DocumentPage;
  /** Width of the upright page on the screen, in CSS pixels. */
  width: number;
  turn: Turn;
  window?: GreyWindow | undefined;
  /** In sight, or close to it: only then is it drawn. */
  near: boolean;
  alt: string;
  marks: readonly PageMark[];
}) {
  const state = usePage(from, page, pixelsFor(width, window.devicePixelRatio), grey, near);
  const height = (width * size.height) / size.width;
  const sideways = turn === 90 || turn === 270;
  const address = state.at === "refused" ? undefined : state.address;
  return (
    <figure
      className="doc-page"
      data-page={page}
      aria-busy={state.at === "waiting" && near}
      style={{ inlineSize: sideways ? height : width, blockSize: sideways ? width : height }}
    >
      <div
        className="doc-sheet"
        style={{
          inlineSize: width,
          blockSize: height,
          transform: `translate(-50%, -50%) rotate(${String(turn)}deg)`,
        }}
      >
        {address !== undefined && <img src={address} alt={alt} draggable={false} />}
        {marks.map((mark) => (
          <span
            key={`${String(mark.x)} ${String(mark.y)}`}
            className="doc-mark"
            style={{
              left: `${String(mark.x * 100)}%`,
              top: `${String(mark.y * 100)}%`,
              width: `${String(mark.width * 100)}%`,
              height: `${String(mark.height * 100)}%`,
            }}
          />
        ))}
      </div>
      {state.at === "refused" && (
        <figcaption className="doc-refused">
          <Icon name="warning" />
          <span>
            {t("doc.pageRefused", { page: page + 1 })} {failureWords(state.error).mend}
          </span>
        </figcaption>
      )}
    </figure>
  );
}
