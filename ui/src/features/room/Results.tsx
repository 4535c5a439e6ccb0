import { useCallback } from "react";
import { href } from "../../app/router";
import type { AnalyteView, Category, ItemQuery } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, ButtonLink } from "../../shared/components/Button";
import { CopyButton } from "../../shared/components/Copy";
import { Checkbox } from "../../shared/components/Fields";
import { Loaded } from "../../shared/components/Loaded";
import { Empty } from "../../shared/components/Page";
import { fullDate } from "../../shared/format/dates";
import { ItemDate, itemValue, Origin, PartValue } from "../../shared/records/Entry";
import { Marks } from "../../shared/records/Marks";
import { NumberLine } from "../../shared/records/NumberLine";
import { StateLine } from "../../shared/records/StateLine";
import { analyteName, partTitle } from "../../shared/records/own";
import { analytesText } from "../../shared/records/plain";
import { isDoubted, referenceText, sensitivityOf } from "../../shared/records/words";
import { useRoom, useRoomLinks } from "./context";
import { Select, WordsField } from "./Filters";
import { measurable, noQuery, useAnalytes, useSummary } from "./queries";
import { PaperHead, RoomPage } from "./RoomPage";
import { SectionEmpty } from "./SectionEmpty";
import { PrintButton } from "./Summary";
import { useLatest } from "./useLatest";

/** The newest value of everything that is measured, with the laboratory's own range. */
export function Results() {
  const room = useRoom();
  const to = useRoomLinks();
  const kind = measurable.find((each) => each === room.params.get("kind"));
  const query: ItemQuery = {
    ...noQuery,
    categories: kind ? [kind] : measurable,
    text: room.params.get("text"),
    flaggedOnly: room.params.get("only") === "flagged",
  };
  const pages = useAnalytes(query);
  const found = pages.data?.pages.flatMap((page) => page.analytes) ?? [];
  const total = pages.data?.pages[0]?.total ?? 0;
  /** On paper and as text the table is whole: what has not been asked for yet is asked for first. */
  const whole = async () => {
    let [known, more] = [pages.data, pages.hasNextPage];
    while (more) {
      const next = await pages.fetchNextPage({ throwOnError: true });
      [known, more] = [next.data, next.hasNextPage];
    }
    return known?.pages.flatMap((page) => page.analytes) ?? [];
  };
  return (
    <RoomPage
      heading={t("results.heading")}
      lead={t(query.flaggedOnly ? "results.leadFlagged" : "results.lead")}
      kinds={kind ? [kind] : measurable}
      actions={
        <>
          <ButtonLink to={to({ at: "comparison" })} icon="compare">
            {t("results.compare")}
          </ButtonLink>
          <PrintButton before={whole} />
          <CopyButton
            key={JSON.stringify(query)}
            text={async () => analytesText(await whole(), room.person, query.flaggedOnly)}
          >
            {t("room.copy")}
          </CopyButton>
        </>
      }
      actionsAwaited={pages.isPending}
      actionsIdle={found.length === 0}
    >
      <div className="stack stack-fill">
        <ResultFilter query={query} kind={kind} />
        <Loaded query={pages} lines={12}>
          {() =>
            found.length === 0 ? (
              <NoResults query={query} kinds={kind ? [kind] : measurable} />
            ) : (
              <>
                <Withheld kinds={kind ? [kind] : measurable} />
                <ResultTable analytes={found} flagged={query.flaggedOnly} />
                <div className="row row-between screen-only">
                  <span className="soft small figures" role="status">
                    {t("room.shownOf", { shown: found.length, total })}
                  </span>
                  {pages.hasNextPage && (
                    <Button isPending={pages.isFetchingNextPage} onPress={() => void pages.fetchNextPage()}>
                      {t("room.more")}
                    </Button>
                  )}
                </div>
              </>
            )
          }
        </Loaded>
      </div>
    </RoomPage>
  );
}

function ResultFilter({ query, kind }: { query: ItemQuery; kind: Category | undefined }) {
  const { setParams } = useRoom();
  const change = useLatest(setParams);
  const find = useCallback(
    (text: string) => {
      change.current({ text });
    },
    [change],
  );
  return (
    <div className="filter-bar screen-only" role="search">
      <WordsField label={t("room.words")} value={query.text ?? ""} onChange={find} />
      <Select
        label={t("results.what")}
        value={kind ?? "both"}
        options={[
          { id: "both", words: t("results.both") },
          { id: "results", words: t("results.labs"), icon: "results" },
          { id: "vitals", words: t("results.vitals"), icon: "vitals" },
        ]}
        onChange={(id) => {
          setParams({ kind: id === "both" ? undefined : id });
        }}
      />
      <div className="filter-checks">
        <Checkbox
          value={query.flaggedOnly}
          onChange={(yes) => {
            setParams({ only: yes ? "flagged" : undefined });
          }}
        >
          {t("timeline.onlyFlagged")}
        </Checkbox>
      </div>
    </div>
  );
}

/** Where one of two kinds is not shared, the table of the other must not look like all there is. */
function Withheld({ kinds }: { kinds: Category[] }) {
  const { reader } = useRoom();
  const summary = useSummary();
  const missing = summary.data?.sections.filter(
    (section) => kinds.includes(section.category) && section.state === "notShared",
  );
  if (!missing?.length) return null;
  return (
    <>
      {missing.map((section) => (
        <div key={section.category} className="row">
          <span className="strong">
            {t(section.category === "vitals" ? "results.vitals" : "results.labs")}
          </span>
          <StateLine state="notShared" reader={reader} />
        </div>
      ))}
    </>
  );
}

function NoResults({ query, kinds }: { query: ItemQuery; kinds: Category[] }) {
  const { reader, setParams } = useRoom();
  const summary = useSummary();
  if (query.text || query.flaggedOnly)
    return (
      <Empty
        icon="search"
        heading={t("room.nothingFits")}
        action={
          <Button
            onPress={() => {
              setParams({ kind: undefined, text: undefined, only: undefined });
            }}
          >
            {t("room.clear")}
          </Button>
        }
      >
        {t("room.nothingFitsHint")}
      </Empty>
    );
  const sections = summary.data?.sections.filter((section) => kinds.includes(section.category)) ?? [];
  return (
    <SectionEmpty icon="results" none={t("results.none")} hint={t("results.noneHint")} sections={sections}>
      {sections.map((section) => (
        <span key={section.category} className="row">
          <span className="strong">
            {t(section.category === "vitals" ? "results.vitals" : "results.labs")}
          </span>
          <StateLine state={section.state} sourceOnly={section.sourceOnly} reader={reader} />
        </span>
      ))}
    </SectionEmpty>
  );
}

/** What is not flagged is left out before the newest is looked for: then the columns say so. */
function ResultTable({ analytes, flagged }: { analytes: AnalyteView[]; flagged: boolean }) {
  const { person } = useRoom();
  const to = useRoomLinks();
  const today = fullDate(Date.now() / 1000);
  const names = columnNames(flagged);
  return (
    <div className="table-scroll">
      <table className="grid stacking results-table">
        <caption className="hidden-visually">{t("results.caption", { who: person, date: today })}</caption>
        <thead>
          <PaperHead columns={6} />
          <tr>
            <th scope="col">{t("results.test")}</th>
            <th scope="col">{t(names.newest)}</th>
            <th scope="col">{t("results.range")}</th>
            <th scope="col">{t("results.date")}</th>
            <th scope="col">{t(names.before)}</th>
            <th scope="col" className="number screen-only">
              {t(names.values)}
            </th>
          </tr>
        </thead>
        <tbody>
          {analytes.map((analyte) => (
            <ResultRow
              key={analyte.key}
              analyte={analyte}
              names={names}
              to={to({ at: "trend", analyte: analyte.key })}
              record={to({ at: "record", id: analyte.latest.id })}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const columnNames = (flagged: boolean) =>
  flagged
    ? ({
        newest: "results.newestFlagged",
        before: "results.beforeFlagged",
        values: "results.valuesFlagged",
      } as const)
    : ({ newest: "results.newest", before: "results.before", values: "results.values" } as const);

function ResultRow({
  analyte,
  names,
  to,
  record,
}: {
  analyte: AnalyteView;
  names: ReturnType<typeof columnNames>;
  to: string;
  record: string;
}) {
  const { latest, previous } = analyte;
  const [range] = latest.ranges;
  return (
    <tr className={isDoubted(latest) ? "doubted" : undefined}>
      <th scope="row">
        <a href={href(to)}>{analyteName(analyte.name, [latest])}</a>
        <span className="entry-origin">
          <Origin item={latest} />
        </span>
      </th>
      <td className="figures" data-label={t(names.newest)}>
        {latest.components.length > 0 && !latest.value ? (
          latest.components.map((part) => (
            <span key={part.code.display} className="result-part">
              {partTitle(part, latest)} <PartValue part={part} /> <Marks markers={[]} flags={part.flags} />
            </span>
          ))
        ) : (
          <span className="strong entry-value">{itemValue(latest)}</span>
        )}
        <Marks markers={latest.markers} flags={latest.flags} sensitive={sensitivityOf(latest)} />
      </td>
      <td className="figures" data-label={t("results.range")}>
        {range ? (
          <>
            <NumberLine value={latest.value} range={range} size="small" />
            <span className="small">{referenceText(range)}</span>
          </>
        ) : (
          <span className="soft small">{t("range.none")}</span>
        )}
      </td>
      <td className="figures" data-label={t("results.date")}>
        <a href={href(record)}>
          <ItemDate item={latest} />
        </a>
      </td>
      <td className="figures small" data-label={t(names.before)}>
        {previous ? (
          <>
            {itemValue(previous)}
            <span className="soft result-part">
              <ItemDate item={previous} />
            </span>
          </>
        ) : (
          <span className="soft">–</span>
        )}
      </td>
      <td className="figures number screen-only" data-label={t(names.values)}>
        {analyte.count}
      </td>
    </tr>
  );
}
