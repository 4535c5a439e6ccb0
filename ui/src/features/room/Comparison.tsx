import { useMemo } from "react";
import { href } from "../../app/router";
import type { ChartItem, ComparisonRow, ComparisonView, ItemQuery } from "../../backend/types";
import { t } from "../../locales/i18n";
import { CopyButton } from "../../shared/components/Copy";
import { Failure } from "../../shared/components/Failure";
import { Loaded, Stale } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty } from "../../shared/components/Page";
import { Whole } from "../../shared/components/Whole";
import { Skeleton } from "../../shared/components/Waiting";
import { recordDate } from "../../shared/format/dates";
import { ItemDate, itemValue } from "../../shared/records/Entry";
import { Marks } from "../../shared/records/Marks";
import { rowName } from "../../shared/records/own";
import { comparisonText } from "../../shared/records/plain";
import { differenceText, isDoubted } from "../../shared/records/words";
import { useRoom, useRoomLinks } from "./context";
import { DayChoice } from "./DayChoice";
import { densityOf } from "./density";
import { measurable, noQuery, useComparison, useDays, useDensity } from "./queries";
import { PaperHead, RoomPage } from "./RoomPage";
import { PrintButton } from "./Summary";

/** Every test on two days, side by side: any two days of the whole chart, the newest two to begin with. */
export function Comparison() {
  const { params, person } = useRoom();
  const to = useRoomLinks();
  const newest = useDays({ most: 2 });
  const later = params.get("later") ?? newest.data?.[0]?.day;
  const chosen = params.get("earlier") ?? undefined;
  const before = useDays({ before: later ?? "", most: 1 }, later !== undefined && chosen === undefined);
  const earlier = chosen ?? before.data?.[0]?.day;
  const inOrder = earlier !== undefined && later !== undefined && earlier < later;
  const comparison = useComparison(inOrder ? earlier : undefined, inOrder ? later : undefined);
  const lacksEarlier = (newest.data?.length ?? 0) > 1 && chosen === undefined && before.isPending;
  const awaited = newest.isPending || lacksEarlier || (inOrder && comparison.isPending);
  return (
    <RoomPage
      heading={t("comparison.heading")}
      lead={t("comparison.lead")}
      kinds={measurable}
      back={{ to: to({ at: "results" }), label: t("results.heading") }}
      actions={
        <>
          <PrintButton />
          <CopyButton text={comparison.data ? comparisonText(comparison.data, person) : ""}>
            {t("room.copy")}
          </CopyButton>
        </>
      }
      actionsAwaited={awaited}
      actionsIdle={!comparison.data}
    >
      <Stale queries={[newest, before, comparison]} />
      <Loaded query={newest} lines={10} staleSaid>
        {(days) =>
          days.length < 2 ? (
            <Empty icon="results" heading={t("comparison.needTwo")} />
          ) : (
            <div className="stack stack-fill">
              <TwoDays earlier={earlier} later={later} />
              {inOrder ? (
                <Loaded query={comparison} lines={10} staleSaid>
                  {(known) => <ComparisonTable comparison={known} />}
                </Loaded>
              ) : lacksEarlier ? (
                <Skeleton lines={10} />
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

const everyResult: ItemQuery = { ...noQuery, categories: measurable };

function TwoDays({ earlier, later }: { earlier: string | undefined; later: string | undefined }) {
  const { setParams } = useRoom();
  const density = useDensity(everyResult);
  const months = useMemo(() => {
    const { years, months: ofYears } = densityOf(density.data ?? []);
    // Where only the year is known there is no day to choose.
    return years.flatMap((year) => ofYears.get(year.key) ?? []).filter((month) => month.key.length === 7);
  }, [density.data]);
  // Without the months nothing can be chosen; with those from before, everything.
  if (density.isError && density.data === undefined)
    return <Failure error={density.error} onRetry={() => void density.refetch()} />;
  return (
    <div className="two-days screen-only">
      <DayChoice
        label={t("comparison.earlier")}
        months={months}
        day={earlier}
        onDay={(day) => {
          setParams({ earlier: day, later });
        }}
      />
      <DayChoice
        label={t("comparison.later")}
        months={months}
        day={later}
        onDay={(day) => {
          setParams({ earlier, later: day });
        }}
      />
    </div>
  );
}

/** The tests of two days, one in a line. */
export function ComparisonTable({ comparison }: { comparison: ComparisonView }) {
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
                <a href={href(to({ at: "trend", analyte: row.key }))}>{rowName(row)}</a>
              </th>
              <Value item={row.earlier} label={earlier} />
              <Value item={row.later} label={later} />
              <td className="figures" data-label={t("comparison.difference")}>
                <Difference row={row} />
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
        <ItemDate item={item} />
      </a>
    </td>
  );
}

/** A difference after converting says so. */
function Difference({ row }: { row: ComparisonRow }) {
  if (!row.earlier || !row.later) return <span className="soft">–</span>;
  if (row.difference === null || row.earlier.id === row.later.id)
    return <span className="soft small">{differenceText(row)}</span>;
  const words = differenceText(row);
  return (
    <>
      <Whole text={words} pieces={[words]} />
      {row.converted && <span className="soft small result-part">{t("comparison.converted")}</span>}
    </>
  );
}
