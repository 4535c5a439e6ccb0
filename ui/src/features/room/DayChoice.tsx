import { useRef, useState } from "react";
import { t } from "../../locales/i18n";
import { Failure } from "../../shared/components/Failure";
import { monthName, recordDate } from "../../shared/format/dates";
import { daysOfMonth } from "./days";
import { type Option, Select } from "./Filters";
import type { Stretch } from "./density";
import { useDays, useFindDays } from "./queries";

/** A day of the whole chart: the month first, then a day of it. Another month begins with its newest day. */
export function DayChoice({
  label,
  months,
  day,
  onDay,
}: {
  label: string;
  /** Months that have results, newest first. */
  months: Stretch[];
  day: string | undefined;
  onDay: (day: string) => void;
}) {
  /** A month whose days are on their way, or that names none. */
  const [looking, setLooking] = useState<string>();
  const wanted = useRef<string>(undefined);
  const find = useFindDays();
  const month = looking ?? day?.slice(0, 7);
  const days = useDays(daysOfMonth(month ?? ""), month !== undefined);
  const choose = (to: string) => {
    wanted.current = to;
    setLooking(to);
    find(daysOfMonth(to)).then(
      ([newest]) => {
        if (wanted.current !== to || !newest) return;
        setLooking(undefined);
        onDay(newest.day);
      },
      // The days of the month, asked for below, say what went wrong.
      () => undefined,
    );
  };
  const options: Option[] = (days.data ?? []).map((each) => ({
    id: each.day,
    words: t("comparison.day", { date: recordDate(each.day), n: each.items }),
  }));
  return (
    <div className="day-choice" role="group" aria-label={label}>
      <p className="strong">{label}</p>
      <div className="filter-bar">
        <Select
          label={t("comparison.month")}
          placeholder={t("comparison.chooseMonth")}
          options={months.map(monthOption)}
          value={month ?? null}
          onChange={choose}
        />
        <Select
          label={t("comparison.dayOf")}
          placeholder={t("comparison.choose")}
          options={options}
          value={looking === undefined ? (day ?? null) : null}
          onChange={(to) => {
            setLooking(undefined);
            onDay(to);
          }}
        />
      </div>
      {days.isError && days.data === undefined && <Failure error={days.error} />}
      {days.data?.length === 0 && (
        <p className="soft small" role="status">
          {t("comparison.noDays")}
        </p>
      )}
    </div>
  );
}

/** Typing a year goes to it; the words begin with the name of the month. */
const monthOption = ({ key, items }: Stretch): Option => ({
  id: key,
  words: t("timeline.month", { month: monthName(key, "long"), n: items }),
  typed: `${key} ${monthName(key, "long")}`,
});
