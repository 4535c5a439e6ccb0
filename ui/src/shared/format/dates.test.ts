import { afterEach, describe, expect, it } from "vitest";
import { startLanguage } from "../../locales/i18n";
import {
  endOfDay,
  fullDate,
  fullDatePieces,
  isoDay,
  precisionOf,
  recordDate,
  recordDatePieces,
  recordDates,
} from "./dates";

describe("dates", () => {
  it.each([
    ["2018", "2018"],
    ["2018-08", "August 2018"],
    ["2018-08-06", "6 August 2018"],
    ["2018-08-06T09:30:00+02:00", "6 August 2018 at 09:30"],
    ["in childhood", "in childhood"],
  ])("says exactly as much as %s says", (value, words) => {
    expect(recordDate(value)).toBe(words);
  });

  it("keeps the day of the sender's zone, whatever zone this computer is in", () => {
    expect(recordDate("2018-08-06T23:59:00-11:00", "instant")).toBe("6 August 2018 at 23:59");
  });

  it("keeps what looks like a date and is none as it was written", () => {
    expect(recordDate("2018-13", precisionOf("2018-13"))).toBe("2018-13");
  });

  it("writes a period once when both ends read the same", () => {
    const period = {
      value: "2018-08",
      precision: "month",
      role: "onset",
      end: "2018-08",
      endPrecision: "month",
    } as const;
    expect(recordDates(period)).toBe("August 2018");
    expect(recordDates({ ...period, end: "2019", endPrecision: "year" })).toBe("August 2018 to 2019");
  });

  it.each([
    ["6", "8", "1984", "1984-08-06"],
    ["29", "2", "2024", "2024-02-29"],
    ["29", "2", "2023", undefined],
    ["31", "4", "2023", undefined],
    ["0", "1", "2000", undefined],
    ["6", "8", "84", undefined],
    ["six", "8", "1984", undefined],
  ])("takes %s %s %s as a day only if there is such a day", (day, month, year, iso) => {
    expect(isoDay(day, month, year)).toBe(iso);
  });

  describe("in a column", () => {
    afterEach(() => startLanguage("en"));
    const instant = { value: "2021-09-30T08:15:00+02:00", precision: "instant", role: "effective" } as const;
    const day = endOfDay(2021, 9, 30);

    it.each([
      ["en", ["30 September 2021", "at 08:15"], ["30 September 2021"]],
      ["es", ["30 de septiembre", "de 2021", "a las 08:15"], ["30 de septiembre", "de 2021"]],
      ["zh", ["2021年9月30日", "08:15"], ["2021年9月30日"]],
    ] as const)("are broken between their parts, and never in them (%s)", async (language, moment, whole) => {
      await startLanguage(language);
      const date = { ...instant, end: null, endPrecision: null };
      expect(recordDatePieces(date)).toEqual(moment);
      expect(fullDatePieces(day)).toEqual(whole);
      // The same words, with nothing between them that is copied along.
      expect(moment.join(" ")).toBe(recordDates(date));
    });
  });

  it("ends a share with the last second of the chosen day here", () => {
    const until = endOfDay(2030, 3, 3);
    expect(fullDate(until)).toBe("3 March 2030");
    expect(fullDate(until + 1)).toBe("4 March 2030");
  });
});
