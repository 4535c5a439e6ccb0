import { useMemo } from "react";
import { href } from "../../app/router";
import type { ChartItem, ComparisonRow, ComparisonView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty } from "../../shared/components/Page";
import { recordDate } from "../../shared/format/dates";
import { dateText, itemValue } from "../../shared/records/Entry";
import { Marks } from "../../shared/records/Marks";
import { isDoubted, unitText } from "../../shared/records/words";
import { useRoom, useRoomLinks } from "./context";
import { type Option, Select } from "./Filters";
import { noQuery, useComparison, useItems } from "./queries";
import { PaperHead, RoomPage } from "./RoomPage";
import { PrintButton } from "./Summary";

/** Days are taken from the newest results; older ones are reached by the timeline. */
const daysFrom = { ...noQuery, categories: ["results", "vitals"] as const, limit: 500 };

/** Every test on two days, side by side. */
export function Comparison() {
  const { params, setParams } = useRoom();
  const to = useRoomLinks();
  const items = useItems({ ...daysFrom, categories: [...daysFrom.categories] });
  const days = useMemo(() => daysOf(items.data?.items ?? []), [items.data]);
  const later = params.get("later") ?? days[0]?.id;
  const earlier = params.get("earlier") ?? days.find((day) => later !== undefined && day.id < later)?.id;
  const inOrder = earlier !== undefined && later !== undefined && earlier < later;
  const comparison = useComparison(inOrder ? earlier : undefined, inOrder ? later : undefined);
  return (
    <RoomPage
      heading={t("comparison.heading")}
      lead={t("comparison.lead")}
      kinds={daysFrom.categories}
      back={{ to: to({ at: "results" }), label: t("results.heading") }}
      actions={comparison.data && <PrintButton />}
    >
      <Loaded query={items} lines={10}>
        {() =>
          days.length < 2 ? (
            <Empty icon="results" heading={t("comparison.needTwo")} />
          ) : (
            <div className="stack stack-fill">
              <div className="filter-bar">
                <Select
                  label={t("comparison.earlier")}
                  placeholder={t("comparison.choose")}
                  options={days}
                  value={earlier ?? null}
                  onChange={(id) => {
                    setParams({ earlier: id, later });
                  }}
                />
                <Select
                  label={t("comparison.later")}
                  placeholder={t("comparison.choose")}
                  options={days}
                  value={later ?? null}
                  onChange={(id) => {
                    setParams({ earlier, later: id });
                  }}
                />
              </div>
              {inOrder ? (
                <Loaded query={comparison} lines={10}>
                  {(known) => <Table comparison={known} />}
                </Loaded>
              ) : (
                <Notice tone="caution" title={t("comparison.order")} />
              )}
            </div>
          )
        }
      </Loaded>
    </RoomPage>
  );
}

/** Days that have results, newest first, with how many. */
function daysOf(items: ChartItem[]): Option[] {
  const days = new Map<string, number>();
  for (const item of items) {
    const day = item.date && item.date.precision !== "text" ? item.date.value.slice(0, 10) : "";
    if (day.length === 10) days.set(day, (days.get(day) ?? 0) + 1);
  }
  return [...days].map(([id, n]) => ({ id, words: t("comparison.day", { date: recordDate(id), n }) }));
}

function Table({ comparison }: { comparison: ComparisonView }) {
  const to = useRoomLinks();
  if (comparison.rows.length === 0) return <p className="soft">{t("comparison.nothing")}</p>;
  const [earlier, later] = [recordDate(comparison.earlier), recordDate(comparison.later)];
  return (
    <div className="table-scroll">
      <table className="grid stacking">
        <caption className="hidden-visually">{t("comparison.caption", { earlier, later })}</caption>
        <thead>
          <PaperHead columns={4} />
          <tr>
            <th scope="col">{t("results.test")}</th>
            <th scope="col">{earlier}</th>
            <th scope="col">{later}</th>
            <th scope="col">{t("comparison.difference")}</th>
          </tr>
        </thead>
        <tbody>
          {comparison.rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <a href={href(to({ at: "trend", analyte: row.key }))}>{row.name}</a>
              </th>
              <Value item={row.earlier} label={earlier} />
              <Value item={row.later} label={later} />
              <td className="figures" data-label={t("comparison.difference")}>
                {differenceText(row)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Value({ item, label }: { item: ChartItem | null; label: string }) {
  const to = useRoomLinks();
  if (!item)
    return (
      <td className="soft small" data-label={label}>
        {t("comparison.noValue")}
      </td>
    );
  return (
    <td className={isDoubted(item) ? "figures doubted" : "figures"} data-label={label}>
      <span className="strong entry-value">{itemValue(item)}</span>{" "}
      <Marks markers={item.markers} flags={item.flags} />
      <a className="small result-part" href={href(to({ at: "record", id: item.id }))}>
        {dateText(item)}
      </a>
    </td>
  );
}

/** With its sign and unit; a difference after converting says so. */
function differenceText(row: ComparisonRow) {
  if (!row.earlier || !row.later) return <span className="soft">–</span>;
  if (row.difference === null)
    return (
      <span className="soft small">
        {t(row.earlier.id === row.later.id ? "comparison.same" : "comparison.noDifference")}
      </span>
    );
  const sign = /^[-−]/.test(row.difference) || Number(row.difference) === 0 ? "" : "+";
  return (
    <>
      {[`${sign}${row.difference.replace(/^-/, "−")}`, unitText(row.unit)].filter(Boolean).join(" ")}
      {row.converted && <span className="soft small result-part">{t("comparison.converted")}</span>}
    </>
  );
}
