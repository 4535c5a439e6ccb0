import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Language, startLanguage, t } from "../../locales/i18n";
import {
  clockTime,
  commas,
  dateOrder,
  fullDate,
  listed,
  monthName,
  recordDate,
  recordDates,
  timeLeft,
} from "./dates";
import { sizeWords } from "./sizes";

const noon = new Date(2018, 7, 6, 14, 5).getTime() / 1000;

interface Said {
  day: string;
  month: string;
  short: string;
  instant: string;
  period: string;
  clock: string;
  bytes: string;
  megabytes: string;
  thousands: string;
  left: string;
  names: string;
  pair: string;
  order: string;
}

const said: Record<Language, Said> = {
  en: {
    day: "6 August 2018",
    month: "August 2018",
    short: "Aug",
    instant: "6 August 2018 at 09:30",
    period: "August 2018 to 2019",
    clock: "14:05",
    bytes: "1 byte",
    megabytes: "3.2 MB",
    thousands: "120,000 of 1,234,567 shown",
    left: "about 7 minutes left",
    names: "Allergies, medicines and results",
    pair: "cardiologist, clinic",
    order: "day month year",
  },
  es: {
    day: "6 de agosto de 2018",
    month: "agosto de 2018",
    short: "ago",
    instant: "6 de agosto de 2018 a las 09:30",
    period: "agosto de 2018 a 2019",
    clock: "14:05",
    bytes: "1 byte",
    megabytes: "3,2 MB",
    thousands: "120.000 de 1.234.567 a la vista",
    left: "faltan alrededor de 7 minutos",
    names: "Allergies, medicines y results",
    pair: "cardiologist, clinic",
    order: "day month year",
  },
  zh: {
    day: "2018年8月6日",
    month: "2018年8月",
    short: "8月",
    instant: "2018年8月6日 09:30",
    period: "2018年8月 至 2019",
    clock: "14:05",
    bytes: "1字节",
    megabytes: "3.2 MB",
    thousands: "显示 120,000 条，共 1,234,567 条",
    left: "大约还剩 7 分钟",
    names: "Allergies、medicines和results",
    pair: "cardiologist，clinic",
    order: "year month day",
  },
};

describe.each(Object.entries(said) as [Language, Said][])("dates and numbers in %s", (language, words) => {
  beforeAll(() => startLanguage(language));
  afterAll(() => startLanguage("en"));

  it("are written as that language writes them", () => {
    const date = {
      value: "2018-08",
      precision: "month",
      role: "onset",
      end: "2019",
      endPrecision: "year",
    } as const;
    expect({
      day: recordDate("2018-08-06"),
      month: recordDate("2018-08"),
      short: monthName("2018-08", "short"),
      instant: recordDate("2018-08-06T09:30:00+02:00"),
      period: recordDates(date),
      clock: clockTime(noon),
      bytes: sizeWords(1),
      megabytes: sizeWords(3_200_000),
      thousands: t("room.shownOf", { shown: 120_000, total: 1_234_567 }),
      left: timeLeft(420),
      names: listed(["Allergies", "medicines", "results"]),
      pair: commas(["cardiologist", "clinic"]),
      order: dateOrder().join(" "),
    } satisfies Said).toEqual(words);
    expect(fullDate(noon)).toBe(words.day);
  });

  it("say a year alone as it is, and what is no date as it was written", () => {
    expect(recordDate("2018")).toBe("2018");
    expect(recordDate("in childhood")).toBe("in childhood");
  });
});
