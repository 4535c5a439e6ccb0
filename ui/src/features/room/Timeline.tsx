import { useCallback, useMemo, useRef, useState } from "react";
import { room } from "../../backend";
import type { DensityView, ItemQuery } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { CopyButton } from "../../shared/components/Copy";
import { Checkbox } from "../../shared/components/Fields";
import { Loaded } from "../../shared/components/Loaded";
import { Empty } from "../../shared/components/Page";
import { entriesText } from "../../shared/records/plain";
import { StateLine } from "../../shared/records/StateLine";
import { useRoom } from "./context";
import { DensityStrip } from "./DensityStrip";
import { type Density, densityOf, yearAt } from "./density";
import { KindSelect, WordsField, categoryFrom } from "./Filters";
import { ItemList, type ListHandle } from "./ItemList";
import { mostAtOnce, noQuery, useDensity, useSummary, wordsOf } from "./queries";
import { RoomPage } from "./RoomPage";
import { SectionEmpty } from "./SectionEmpty";
import { useLatest } from "./useLatest";

/** Everything, newest first, over a whole life. */
export function Timeline() {
  const { params } = useRoom();
  const query = useMemo(
    () => queryOf(params.get("kind"), params.get("text"), params.get("only")),
    // The parameters are new at every drawing; what they say is not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [params.get("kind"), params.get("text"), params.get("only")],
  );
  const density = useDensity(query);
  return (
    <RoomPage
      heading={t("timeline.heading")}
      {...(query.categories[0] ? { kinds: query.categories } : {})}
      actions={<CopyEntries key={JSON.stringify(query)} query={query} />}
      actionsAwaited={density.isPending}
      actionsIdle={!density.data || density.data.length === 0}
    >
      <div className="stack stack-fill">
        <Filter query={query} />
        <Loaded query={density} lines={12}>
          {(counts) => <Body query={query} counts={counts} />}
        </Loaded>
      </div>
    </RoomPage>
  );
}

/** Copies the entries that fit, the newest as many as the core gives at once; the text says how many more there are. */
function CopyEntries({ query }: { query: ItemQuery }) {
  const { person, scope } = useRoom();
  const entries = async () => {
    const { items, total } = await room.items({ scope, query: { ...wordsOf(query), limit: mostAtOnce } });
    return entriesText(items, total, person);
  };
  return <CopyButton text={entries}>{t("room.copy")}</CopyButton>;
}

function queryOf(kind: string | null, text: string | null, only: string | null): ItemQuery {
  const category = categoryFrom(kind);
  return {
    ...noQuery,
    categories: category ? [category] : [],
    text,
    flaggedOnly: only === "flagged",
    sourceOnly: only === "source",
  };
}

const isFiltered = (query: ItemQuery): boolean =>
  query.categories.length > 0 || Boolean(query.text) || query.flaggedOnly || query.sourceOnly;

function Filter({ query }: { query: ItemQuery }) {
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
      <KindSelect
        value={query.categories[0]}
        onChange={(kind) => {
          setParams({ kind });
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
        <Checkbox
          value={query.sourceOnly}
          onChange={(yes) => {
            setParams({ only: yes ? "source" : undefined });
          }}
        >
          {t("timeline.onlySource")}
        </Checkbox>
      </div>
    </div>
  );
}

function Body({ query, counts }: { query: ItemQuery; counts: DensityView[] }) {
  const { setParams } = useRoom();
  const density = useMemo(() => densityOf(counts), [counts]);
  if (density.total === 0)
    return (
      <Nothing
        query={query}
        onClear={() => {
          setParams({ kind: undefined, text: undefined, only: undefined });
        }}
      />
    );
  return <Filled query={query} density={density} />;
}

function Filled({ query, density }: { query: ItemQuery; density: Density }) {
  const { scope } = useRoom();
  const [sight, setSight] = useState(0);
  const list = useRef<ListHandle>(undefined);
  const keep = useCallback((handle: ListHandle) => {
    list.current = handle;
  }, []);
  const go = useCallback((index: number) => {
    setSight(index);
    list.current?.goTo(index);
  }, []);
  // Only another month makes the strip look different.
  const see = useCallback(
    (index: number) => {
      setSight((known) => (sameMonth(density, known, index) ? known : index));
    },
    [density],
  );
  const year = yearAt(density, sight);
  return (
    <>
      <div className="density-head">
        <DensityStrip density={density} year={year} month={monthAt(density, year, sight)} onGo={go} />
        <div className="row row-between small">
          <span className="soft figures" role="status">
            {t("timeline.count", { n: density.total })}
          </span>
          {density.undated && density.years.length > 0 && (
            <Button
              look="quiet"
              onPress={() => {
                go(density.undated?.start ?? 0);
              }}
            >
              {t("timeline.goUndated")}
            </Button>
          )}
        </div>
      </div>
      <ItemList
        key={JSON.stringify(query)}
        query={query}
        density={density}
        name={JSON.stringify([scope, query])}
        onSight={see}
        handle={keep}
      />
    </>
  );
}

const monthAt = (density: Density, year: string, index: number): string =>
  density.months.get(year)?.find((month) => index >= month.start && index < month.start + month.items)?.key ??
  "";

function sameMonth(density: Density, a: number, b: number): boolean {
  const year = yearAt(density, a);
  return year === yearAt(density, b) && monthAt(density, year, a) === monthAt(density, year, b);
}

/** Nothing there, or nothing that fits: not the same thing. */
function Nothing({ query, onClear }: { query: ItemQuery; onClear: () => void }) {
  const { reader } = useRoom();
  const summary = useSummary();
  const [kind] = query.categories;
  const section = kind && summary.data?.sections.find((each) => each.category === kind);
  if (section && section.items === 0 && section.state !== "notShared" && isFiltered(query))
    return <StateLine state={section.state} sourceOnly={section.sourceOnly} reader={reader} />;
  if (section?.state === "notShared" || !isFiltered(query))
    return (
      <SectionEmpty
        icon="clock"
        none={t("timeline.none")}
        hint={t("timeline.noneHint")}
        sections={section ? [section] : []}
      />
    );
  return (
    <Empty
      icon="search"
      heading={t("room.nothingFits")}
      action={<Button onPress={onClear}>{t("room.clear")}</Button>}
    >
      {t("room.nothingFitsHint")}
    </Empty>
  );
}
