import type { ChartItem, RangeStep, TrendPoint, TrendView } from "../../backend/types";
import { partTitle, trendName } from "../../shared/records/own";
import { isDoubted } from "../../shared/records/words";

/** A value that is drawn. */
export interface Drawn {
  point: TrendPoint;
  /** Milliseconds since 1970 UTC of the middle of what is known of its date. */
  time: number;
  value: number;
}

/** Values of one kind that are joined by a line: one for most analytes, two for blood pressure. */
export interface Series {
  component: string | null;
  name: string;
  values: Drawn[];
}

export interface Picture {
  series: Series[];
  /** Values that are not drawn, newest first. */
  leftOut: TrendPoint[];
  /** All drawn values in order of time, for moving from one to the next. */
  inOrder: Drawn[];
}

/** What can be drawn truthfully, and what cannot. */
export function pictureOf(trend: TrendView): Picture {
  const leftOut: TrendPoint[] = [];
  const inOrder: Drawn[] = [];
  for (const point of trend.points) {
    const time = timeOf(point.item);
    if (time === undefined || point.value === null || isDoubted(point.item) || isOfOtherUnit(point, trend))
      leftOut.push(point);
    else inOrder.push({ point, time, value: point.value });
  }
  inOrder.sort((a, b) => a.time - b.time);
  const bySeries = new Map<string | null, Drawn[]>();
  for (const drawn of inOrder) {
    const of = bySeries.get(drawn.point.component);
    if (of) of.push(drawn);
    else bySeries.set(drawn.point.component, [drawn]);
  }
  return {
    series: [...bySeries].map(([component, values]) => ({
      component,
      name: seriesName(component, values, trend),
      values,
    })),
    leftOut: leftOut.reverse(),
    inOrder,
  };
}

/**
 * The core converts what is in another unit and says so. Should a value in another unit arrive without that word, it is
 * left out: two units are never on one curve.
 */
function isOfOtherUnit(point: TrendPoint, trend: TrendView): boolean {
  if (point.converted || point.component !== null) return false;
  const { value } = point.item;
  if (value?.kind !== "quantity") return false;
  const { code, unit } = value.quantity;
  const written = [code, unit].filter((each): each is string => Boolean(each));
  return trend.unit !== null && written.length > 0 && !written.includes(trend.unit);
}

/** What one part of a measurement is called: its own name where the item has it. */
function seriesName(component: string | null, values: Drawn[], trend: TrendView): string {
  if (component === null) return trendName(trend);
  const item = values.at(-1)?.point.item;
  const part = item?.components.find((each) => fitsKey(each.code, component));
  return part && item ? partTitle(part, item) : component.replace(/^[^|]*\|/, "");
}

const fitsKey = (
  code: { display: string; system: string | null; code: string | null },
  key: string,
): boolean => {
  const value = key.slice(key.indexOf("|") + 1);
  return code.code === value || code.display.toLowerCase() === value.toLowerCase();
};

/** The part of an item a point stands for. */
export const partOf = (point: TrendPoint) =>
  point.component === null
    ? undefined
    : point.item.components.find((each) => fitsKey(each.code, point.component ?? ""));

/** The middle of what is known: of a year the first of July, of a month its fifteenth. */
export function timeOf(item: ChartItem): number | undefined {
  const written = item.date?.value ?? "";
  const parts = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(written);
  if (!parts) return undefined;
  if (written.includes("T")) {
    const exact = Date.parse(written);
    if (!Number.isNaN(exact)) return exact;
  }
  const [, year, month, day] = parts;
  return Date.UTC(Number(year), month ? Number(month) - 1 : 6, day ? Number(day) : month ? 15 : 1);
}

const dayOf = (date: string): number =>
  timeOf({ date: { value: date } } as unknown as ChartItem) ?? Number.NaN;

/** A stretch of time in which one range held. */
export interface Band {
  from: number;
  to: number;
  low: number | null;
  high: number | null;
}

/** Ranges as bands; nothing where there are several parts, because a range does not say for which it holds. */
export function bandsOf(ranges: RangeStep[], picture: Picture, end: number): Band[] {
  if (picture.series.length !== 1) return [];
  return ranges.flatMap((step, at) => {
    const from = dayOf(step.from);
    const next = ranges[at + 1];
    if (Number.isNaN(from) || (step.low === null && step.high === null)) return [];
    return [{ from, to: next ? dayOf(next.from) : end, low: step.low, high: step.high }];
  });
}

/** From and to with air on both sides, over all values and all ends of ranges. */
export function reach(numbers: number[]): { from: number; to: number } {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const air = (most - least || Math.abs(most) || 1) * 0.12;
  return { from: least >= 0 ? Math.max(0, least - air) : least - air, to: most + air };
}

/** About `count` round numbers between two ends. */
export function roundSteps(from: number, to: number, count: number): number[] {
  const rough = (to - from) / Math.max(count, 1);
  if (!Number.isFinite(rough) || rough <= 0) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step + 1e-9);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) =>
    Number(((first + at) * step).toFixed(digits)),
  );
}

/** The range that held when a value was measured, as the laboratory wrote it. */
export function rangeAt(point: TrendPoint): ChartItem["ranges"][number] | undefined {
  return partOf(point)?.ranges[0] ?? point.item.ranges[0];
}

/** More values than this are drawn as a line alone: dots would only cover it. */
export const dotsUpTo = 300;

/**
 * The values that make the same picture on so many pixels: of each pixel's width the first, the lowest, the highest and
 * the last. Nothing that stands out is lost.
 */
export function thinned(values: Drawn[], pixels: number): Drawn[] {
  const [first, last] = [values[0], values.at(-1)];
  if (!first || !last || values.length <= pixels * 2 || last.time === first.time) return values;
  const width = (last.time - first.time) / pixels;
  const kept = new Set<Drawn>();
  let bucket: Drawn[] = [];
  let at = 0;
  const close = () => {
    if (bucket.length === 0) return;
    const byValue = [...bucket].sort((a, b) => a.value - b.value);
    for (const each of [bucket[0], byValue[0], byValue.at(-1), bucket.at(-1)]) if (each) kept.add(each);
    bucket = [];
  };
  for (const value of values) {
    const index = Math.floor((value.time - first.time) / width);
    if (index !== at) {
      close();
      at = index;
    }
    bucket.push(value);
  }
  close();
  return values.filter((value) => kept.has(value));
}
