import { describe, expect, it } from "vitest";
import { itemById } from "../../backend/fake/chart";
import type { ChartItem, DatePrecision, DateView, ItemPage } from "../../backend/types";
import { daysOfMonth, findDays } from "./days";

const precisions: Record<number, DatePrecision> = { 4: "year", 7: "month", 10: "day" };

const at = (value: string): ChartItem => ({
  ...itemById("i8"),
  date: { ...(itemById("i8").date as DateView), value, precision: precisions[value.length] ?? "instant" },
});

/** A core that gives two entries at a time, ordered as the core orders. */
function core(dates: string[]) {
  const asked: string[] = [];
  const ask = ({ from, before }: { from: string | null; before: string | null }): Promise<ItemPage> => {
    asked.push(String(before));
    const fitting = dates
      .filter((date) => (from === null || date >= from) && (before === null || date < before))
      .sort()
      .reverse();
    return Promise.resolve({ items: fitting.slice(0, 2).map(at), offset: 0, total: fitting.length });
  };
  return { ask, asked };
}

describe("the days that have results", () => {
  it("are counted to their end, also where a day is longer than a page", async () => {
    const { ask } = core(["2001-05-01", "2018-08-06", "2018-08-06", "2018-08-06", "2018-08-07", "2020"]);
    expect(await findDays(ask, {})).toEqual([
      { day: "2018-08-07", items: 1 },
      { day: "2018-08-06", items: 3 },
      { day: "2001-05-01", items: 1 },
    ]);
  });

  it("are looked for no further than asked", async () => {
    const { ask, asked } = core(["1999-01-01", "2018-08-06", "2018-08-06", "2018-08-06", "2018-08-07"]);
    expect(await findDays(ask, { most: 1 })).toEqual([{ day: "2018-08-07", items: 1 }]);
    expect(asked).toEqual(["9999"]);
    expect(await findDays(ask, { before: "2018-08-06", most: 1 })).toEqual([{ day: "1999-01-01", items: 1 }]);
  });

  it("are none in a month of which no day is known", async () => {
    const { ask } = core(["2018-08", "2018-08", "2018-08", "2018"]);
    expect(await findDays(ask, daysOfMonth("2018-08"))).toEqual([]);
  });

  it("count a moment on its day in UTC, as the core does", async () => {
    const page = { items: [at("2018-08-06T23:30:00-11:00")], offset: 0, total: 1 };
    expect(await findDays(() => Promise.resolve(page), {})).toEqual([{ day: "2018-08-07", items: 1 }]);
  });

  it("of December end with the year", () => {
    expect(daysOfMonth("2018-12")).toEqual({ from: "2018-12", before: "2019-01" });
    expect(daysOfMonth("2018-08")).toEqual({ from: "2018-08", before: "2018-09" });
  });
});
