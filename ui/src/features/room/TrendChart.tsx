import { type KeyboardEvent, type PointerEvent, useId, useLayoutEffect, useRef, useState } from "react";
import { href } from "../../app/router";
import type { TrendView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { commas, dateFormat } from "../../shared/format/dates";
import { dateText } from "../../shared/records/Entry";
import { partTitle, trendName } from "../../shared/records/own";
import { flagWords, referenceText } from "../../shared/records/words";
import { useRoomLinks } from "./context";
import {
  type Drawn,
  type Picture,
  bandsOf,
  dotsUpTo,
  partOf,
  rangeAt,
  reach,
  roundSteps,
  thinned,
} from "./trend";
import { curveUnit, pointValue } from "./trendWords";

const rem = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

/** Width of the page's own place for the picture: it is drawn in real pixels, so that its words keep their size. */
function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || typeof ResizeObserver === "undefined") return undefined;
    const fit = (across: number) => {
      if (across > 0) setWidth(Math.max(240, Math.floor(across)));
    };
    // The first time before it is painted, so that nothing is seen to jump.
    fit(element.clientWidth);
    const observer = new ResizeObserver(([entry]) => {
      if (entry) fit(entry.contentRect.width);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  return { box, width };
}

const shapes = ["circle", "diamond", "square"] as const;

/** The course of one analyte. Everything it shows also stands in the table beside it. */
export function TrendChart({ trend, picture }: { trend: TrendView; picture: Picture }) {
  const { box, width } = useWidth();
  const to = useRoomLinks();
  const [at, setAt] = useState(picture.inOrder.length - 1);
  const hint = useId();
  const unit = rem();
  const written = curveUnit(trend);
  const height = Math.round(16 * unit);
  const edge = { start: 3.6 * unit, end: 0.9 * unit, top: 1.1 * unit, bottom: 1.9 * unit };
  const times = picture.inOrder.map((drawn) => drawn.time);
  const [first = 0, last = 0] = [Math.min(...times), Math.max(...times)];
  const air = (last - first || 86_400_000 * 30) * 0.04;
  const bands = bandsOf(trend.ranges, picture, last + air);
  const ends = bands.flatMap((band) => [band.low, band.high]).filter((end): end is number => end !== null);
  const numbers = reach([...picture.inOrder.map((drawn) => drawn.value), ...ends]);
  const x = (time: number) =>
    edge.start + ((time - (first - air)) / (last - first + 2 * air)) * (width - edge.start - edge.end);
  const y = (value: number) =>
    height -
    edge.bottom -
    ((value - numbers.from) / (numbers.to - numbers.from)) * (height - edge.top - edge.bottom);
  const chosen = picture.inOrder[Math.min(at, picture.inOrder.length - 1)];
  const far = Math.max(2, Math.round(picture.inOrder.length / 20));
  const move = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const goal: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      PageUp: at + far,
      PageDown: at - far,
      Home: 0,
      End: picture.inOrder.length - 1,
    };
    const next = goal[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setAt(Math.min(Math.max(next, 0), picture.inOrder.length - 1));
  };
  const point = (event: PointerEvent<HTMLDivElement>) => {
    const area = event.currentTarget.getBoundingClientRect();
    const [px, py] = [event.clientX - area.left, event.clientY - area.top];
    const near = picture.inOrder.map((drawn) => Math.hypot(x(drawn.time) - px, (y(drawn.value) - py) / 2));
    setAt(near.indexOf(Math.min(...near)));
  };
  const values = picture.inOrder.map((drawn) => drawn.value);
  return (
    <figure className="trend">
      <figcaption className="hidden-visually">
        {t("trend.picture", {
          name: trendName(trend),
          from: dateText(picture.inOrder[0]?.point.item ?? emptyItem(trend)),
          to: dateText(picture.inOrder.at(-1)?.point.item ?? emptyItem(trend)),
          n: values.length,
          low: String(Math.min(...values)),
          high: String(Math.max(...values)),
        })}
      </figcaption>
      <p id={hint} className="hidden-visually">
        {t("trend.keys")}
      </p>
      <div
        ref={box}
        className="trend-box"
        role="slider"
        tabIndex={0}
        dir="ltr"
        aria-label={t("trend.points", { name: trendName(trend) })}
        aria-describedby={hint}
        aria-valuemin={1}
        aria-valuemax={Math.max(picture.inOrder.length, 2)}
        aria-valuenow={Math.min(at, picture.inOrder.length - 1) + 1}
        aria-valuetext={chosen ? pointSentence(chosen) : ""}
        onKeyDown={move}
        onPointerDown={point}
      >
        <svg width={width} height={height} aria-hidden="true" focusable="false">
          {roundSteps(numbers.from, numbers.to, Math.max(2, Math.floor(height / (3 * unit)))).map((step) => (
            <g key={step}>
              <line className="trend-grid" x1={edge.start} x2={width - edge.end} y1={y(step)} y2={y(step)} />
              <text
                className="trend-label"
                x={edge.start - 0.5 * unit}
                y={y(step) + 0.3 * unit}
                textAnchor="end"
              >
                {step}
              </text>
            </g>
          ))}
          {bands.map((band) => {
            const top = band.high === null ? edge.top : y(band.high);
            const bottom = band.low === null ? height - edge.bottom : y(band.low);
            const start = Math.max(x(band.from), edge.start);
            const end = Math.min(x(band.to), width - edge.end);
            return (
              <g key={band.from}>
                <rect
                  className="trend-band"
                  x={start}
                  y={top}
                  width={Math.max(end - start, 0)}
                  height={Math.max(bottom - top, 1)}
                />
                {band.high !== null && <line className="trend-edge" x1={start} x2={end} y1={top} y2={top} />}
                {band.low !== null && (
                  <line className="trend-edge" x1={start} x2={end} y1={bottom} y2={bottom} />
                )}
              </g>
            );
          })}
          {yearTicks(first - air, last + air, width / (4.5 * unit)).map((tick) => (
            <g key={tick.time}>
              <line
                className="trend-tick"
                x1={x(tick.time)}
                x2={x(tick.time)}
                y1={height - edge.bottom}
                y2={height - edge.bottom + 0.3 * unit}
              />
              <text className="trend-label" x={x(tick.time)} y={height - 0.5 * unit} textAnchor="middle">
                {tick.words}
              </text>
            </g>
          ))}
          <line
            className="trend-axis"
            x1={edge.start}
            x2={width - edge.end}
            y1={height - edge.bottom}
            y2={height - edge.bottom}
          />
          {chosen && (
            <line
              className="trend-here"
              x1={x(chosen.time)}
              x2={x(chosen.time)}
              y1={edge.top}
              y2={height - edge.bottom}
            />
          )}
          {picture.series.map((series, index) => (
            <g key={series.component ?? ""} className={`trend-series trend-series-${String(index)}`}>
              {series.values.length > 1 && (
                <polyline
                  points={thinned(series.values, width)
                    .map((drawn) => `${String(x(drawn.time))},${String(y(drawn.value))}`)
                    .join(" ")}
                />
              )}
              {dotted(series.values, chosen).map((drawn) => (
                <Dot
                  key={`${drawn.point.item.id}${drawn.point.component ?? ""}`}
                  drawn={drawn}
                  at={{ x: x(drawn.time), y: y(drawn.value) }}
                  shape={shapes[index % shapes.length] ?? "circle"}
                  size={0.36 * unit}
                  chosen={drawn === chosen}
                  ring={picture.series.length > 1}
                />
              ))}
            </g>
          ))}
        </svg>
      </div>
      {picture.series.length > 1 && (
        <ul className="trend-legend">
          {picture.series.map((series, index) => (
            <li key={series.component ?? ""} className={`trend-series-${String(index)}`}>
              <svg width="20" height="20" viewBox="-10 -10 20 20" aria-hidden="true" focusable="false">
                <Shape
                  shape={shapes[index % shapes.length] ?? "circle"}
                  size={6}
                  x={0}
                  y={0}
                  className="trend-dot"
                />
              </svg>
              {series.name}
            </li>
          ))}
        </ul>
      )}
      <div className="trend-readout">
        {chosen && (
          <>
            <p>{pointSentence(chosen)}</p>
            <a href={href(to({ at: "record", id: chosen.point.item.id }))}>{t("room.openRecord")}</a>
          </>
        )}
      </div>
      {written && <span className="trend-unit soft small">{written}</span>}
    </figure>
  );
}

/** All dots where they can be told apart; otherwise only the value that is read. */
const dotted = (values: Drawn[], chosen: Drawn | undefined): Drawn[] =>
  values.length <= dotsUpTo ? values : values.filter((drawn) => drawn === chosen);

const emptyItem = (trend: TrendView) => trend.points[0]?.item ?? ({ date: null } as never);

/** What a point says: date, value with its flag, and the range of that time. */
function pointSentence(drawn: Drawn): string {
  const { point } = drawn;
  const part = partOf(point);
  const flags = (part?.flags ?? point.item.flags).map((flag) => flagWords(flag).words);
  const value = commas([pointValue(point), ...flags]);
  const date = dateText(point.item);
  const sentence = part
    ? t("trend.pointPart", { date, part: partTitle(part, point.item), value })
    : t("trend.point", { date, value });
  const range = rangeAt(point);
  return range ? t("trend.pointRange", { point: sentence, range: referenceText(range) }) : sentence;
}

type ShapeName = (typeof shapes)[number];

function Dot({
  drawn,
  at,
  shape,
  size,
  chosen,
  ring,
}: {
  drawn: Drawn;
  at: { x: number; y: number };
  shape: ShapeName;
  size: number;
  chosen: boolean;
  /** Shapes tell the parts apart already: a flagged value gets a ring instead of another shape. */
  ring: boolean;
}) {
  const flags = partOf(drawn.point)?.flags ?? drawn.point.item.flags;
  const flagged = flags.some((flag) => {
    const { tone } = flagWords(flag);
    return tone === "danger" || tone === "caution";
  });
  const names = [
    "trend-dot",
    flagged ? "trend-dot-flagged" : "",
    drawn.point.converted ? "trend-dot-converted" : "",
    chosen ? "trend-dot-here" : "",
  ];
  // What the laboratory flagged has another shape too, not only another colour.
  const drawnShape = flagged && !ring ? "diamond" : shape;
  return (
    <>
      {flagged && ring && <circle className="trend-ring" cx={at.x} cy={at.y} r={size * 2.1} />}
      <Shape
        shape={drawnShape}
        size={flagged && !ring ? size * 1.3 : size}
        x={at.x}
        y={at.y}
        className={names.filter(Boolean).join(" ")}
      />
    </>
  );
}

function Shape({
  shape,
  size,
  x,
  y,
  className,
}: {
  shape: ShapeName;
  size: number;
  x: number;
  y: number;
  className: string;
}) {
  if (shape === "circle") return <circle className={className} cx={x} cy={y} r={size} />;
  if (shape === "square")
    return <rect className={className} x={x - size} y={y - size} width={2 * size} height={2 * size} />;
  const reach_ = size * 1.25;
  const s = String(reach_);
  return (
    <path
      className={className}
      d={`M${String(x)} ${String(y - reach_)} l${s} ${s} -${s} ${s} -${s} -${s} Z`}
    />
  );
}

const yearLength = 365.25 * 86_400_000;

/** Years where the time is long, months or days where it is short; not more than fit. */
function yearTicks(from: number, to: number, most: number): { time: number; words: string }[] {
  const years = (to - from) / yearLength;
  if (years > 1.5) {
    const step = [1, 2, 5, 10, 20, 50].find((each) => years / each <= most) ?? 100;
    const start = Math.ceil(new Date(from).getUTCFullYear() / step) * step;
    const found = [];
    for (let year = start; Date.UTC(year, 0, 1) <= to; year += step) {
      const time = Date.UTC(year, 0, 1);
      if (time >= from) found.push({ time, words: String(year) });
    }
    return found;
  }
  const count = Math.max(1, Math.min(4, Math.floor(most / 1.6)));
  const format = dateFormat(years > 0.2 ? "monthAndYear" : "dayAndMonth");
  return Array.from({ length: count }, (_, at) => {
    const time = from + ((at + 0.5) / count) * (to - from);
    return { time, words: format.format(new Date(time)) };
  });
}
