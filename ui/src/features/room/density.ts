import type { DensityView } from "../../backend/types";

/** A stretch of the list: a year or a month, how much it has, and where it begins in the list. */
export interface Stretch {
  /** `2018` or `2018-08`; empty: no date. */
  key: string;
  items: number;
  /** Position of its first entry in the list, newest first. */
  start: number;
}

export interface Density {
  /** Years that have entries, newest first, as in the list. */
  years: Stretch[];
  /** Months of each year, newest first; entries of which only the year is known come last, under the year's key. */
  months: Map<string, Stretch[]>;
  undated: Stretch | undefined;
  total: number;
}

/** Positions in the list from the counts of months: the list is ordered by date as text, newest first. */
export function densityOf(counts: DensityView[]): Density {
  const byMonth = new Map<string, number>();
  for (const { month, items } of counts) byMonth.set(month, (byMonth.get(month) ?? 0) + items);
  // "2018" comes after "2018-01" in descending order of text, and what has no date after everything.
  const ordered = [...byMonth].sort(([a], [b]) => (a < b ? 1 : a > b ? -1 : 0));
  const years: Stretch[] = [];
  const months = new Map<string, Stretch[]>();
  let undated: Stretch | undefined;
  let start = 0;
  for (const [key, items] of ordered) {
    if (key === "") undated = { key, items, start };
    else {
      const year = key.slice(0, 4);
      const last = years.at(-1);
      if (last?.key === year) last.items += items;
      else years.push({ key: year, items, start });
      months.set(year, [...(months.get(year) ?? []), { key, items, start }]);
    }
    start += items;
  }
  return { years, months, undated, total: start };
}

/** The year a position of the list lies in; empty for what has no date. */
export function yearAt(density: Density, index: number): string {
  let low = 0;
  let high = density.years.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const year = density.years[middle];
    if (!year) break;
    if (index < year.start) high = middle - 1;
    else if (index >= year.start + year.items) low = middle + 1;
    else return year.key;
  }
  return "";
}

/** Every year from the first to the last, oldest first, also those without entries: a gap is seen as a gap. */
export function yearsOldestFirst(density: Density): Stretch[] {
  const newest = Number(density.years[0]?.key ?? Number.NaN);
  const oldest = Number(density.years.at(-1)?.key ?? Number.NaN);
  if (!Number.isFinite(newest) || !Number.isFinite(oldest) || newest - oldest > 200)
    return [...density.years].reverse();
  const known = new Map(density.years.map((year) => [year.key, year]));
  return Array.from({ length: newest - oldest + 1 }, (_, at) => {
    const key = String(oldest + at).padStart(4, "0");
    // An empty year leads to the next newer entry before it in the list.
    return known.get(key) ?? { key, items: 0, start: startAfter(density, key) };
  });
}

const startAfter = (density: Density, year: string): number =>
  density.years.find((each) => each.key < year)?.start ?? density.total;

/** The twelve months of a year, January first. */
export function monthsOf(density: Density, year: string): Stretch[] {
  const known = new Map((density.months.get(year) ?? []).map((month) => [month.key, month]));
  const end = density.years.find((each) => each.key === year);
  return Array.from({ length: 12 }, (_, at) => {
    const key = `${year}-${String(at + 1).padStart(2, "0")}`;
    const after = (density.months.get(year) ?? []).find((month) => month.key < key);
    return known.get(key) ?? { key, items: 0, start: after?.start ?? (end ? end.start + end.items : 0) };
  });
}

/** Height of a bar, 0 to 1. The root lets a quiet year be seen beside a year in hospital. */
export const heightOf = (items: number, most: number): number =>
  items === 0 || most === 0 ? 0 : Math.max(0.08, Math.sqrt(items / most));
