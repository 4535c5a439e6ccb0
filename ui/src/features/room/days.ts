import type { ChartItem, ItemPage, ItemQuery } from "../../backend/types";

/** A day that has entries, and how many. */
export interface Day {
  day: string;
  items: number;
}

/** Which days are looked for; without ends, over the whole chart. */
export interface Days {
  from?: string;
  before?: string;
  /** The newest so many; without it, all. */
  most?: number;
}

/** Later than every date a record can have: what has no date at all stays out. */
const everAfter = "9999";

/**
 * The days that have entries, newest first. A day of a thousand readings is longer than a page: what is left of it is
 * leapt over and counted by the totals, so that a month never takes more than a page for each of its days.
 */
export async function findDays(
  ask: (range: Pick<ItemQuery, "from" | "before">) => Promise<ItemPage>,
  { from, before = everAfter, most = Number.POSITIVE_INFINITY }: Days,
): Promise<Day[]> {
  const found: Day[] = [];
  let end = before;
  let cut: Day | undefined;
  for (;;) {
    const { items, total } = await ask({ from: from ?? null, before: end });
    if (cut) cut.items -= total;
    for (const item of items) count(found, dayOf(item));
    const last = items.at(-1);
    // One more than wanted: only then is the last one wanted counted to its end.
    if (!last?.date || items.length >= total || found.length > most) return found.slice(0, most);
    const day = dayOf(last);
    cut = day === undefined ? undefined : found.at(-1);
    if (cut) cut.items += total - items.length;
    end = day ?? last.date.value;
  }
}

function count(found: Day[], day: string | undefined): void {
  const last = found.at(-1);
  if (day === undefined) return;
  if (last?.day === day) last.items += 1;
  else found.push({ day, items: 1 });
}

/** The day the core puts an entry on: a moment counts in UTC there, whatever its own zone. */
function dayOf({ date }: ChartItem): string | undefined {
  if (!date || !/^\d{4}-\d{2}-\d{2}/.test(date.value)) return undefined;
  const moment = date.precision === "instant" ? Date.parse(date.value) : Number.NaN;
  return Number.isNaN(moment) ? date.value.slice(0, 10) : new Date(moment).toISOString().slice(0, 10);
}

/** `2018-08` as a range: up to the month after it. */
export function daysOfMonth(month: string): Days {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const next = number === 12 ? `${pad(year + 1, 4)}-01` : `${pad(year, 4)}-${pad(number + 1, 2)}`;
  return { from: month, before: next };
}

const pad = (number: number, digits: number): string => String(number).padStart(digits, "0");
