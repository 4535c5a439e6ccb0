import { useCallback } from "react";
import { href } from "../../app/router";
import type { ItemQuery, SearchHit } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { CopyButton } from "../../shared/components/Copy";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty } from "../../shared/components/Page";
import { ItemDate, itemValue, Kind, Origin } from "../../shared/records/Entry";
import { Marks } from "../../shared/records/Marks";
import { hitsText } from "../../shared/records/plain";
import { isDoubted, itemTitle, sensitivityOf } from "../../shared/records/words";
import { useRoom, useRoomLinks } from "./context";
import { KindSelect, type Option, Select, WordsField, categoryFrom } from "./Filters";
import { noQuery, useFound, useSummary } from "./queries";
import { RoomPage } from "./RoomPage";
import { useLatest } from "./useLatest";

/** Full text over everything that can be read here: records, letters, words inside PDFs. */
export function Search() {
  const { params, setParams, person } = useRoom();
  const words = (params.get("q") ?? "").trim();
  const kind = categoryFrom(params.get("kind"));
  const [from, to] = [params.get("from"), params.get("to")];
  const query: ItemQuery = {
    ...noQuery,
    text: words || null,
    categories: kind ? [kind] : [],
    from,
    // "To 2018" means the whole of 2018.
    before: to ? String(Number(to) + 1) : null,
  };
  const found = useFound(query);
  const hits = found.data?.pages.flatMap((page) => page.hits) ?? [];
  const first = found.data?.pages[0];
  const total = first?.total ?? 0;
  const change = useLatest(setParams);
  const find = useCallback(
    (q: string) => {
      change.current({ q });
    },
    [change],
  );
  return (
    <RoomPage
      heading={t("search.heading")}
      actions={
        words !== "" &&
        hits.length > 0 && (
          <CopyButton text={hitsText(hits, words, total, person)}>{t("room.copy")}</CopyButton>
        )
      }
    >
      <div className="stack stack-fill">
        <div className="filter-bar search-bar" role="search">
          <WordsField label={t("search.label")} hint={t("search.hint")} value={words} onChange={find} />
          <KindSelect
            value={kind}
            onChange={(category) => {
              setParams({ kind: category });
            }}
          />
          <Years from={from} to={to} />
        </div>
        {words === "" ? (
          <Empty icon="search" heading={t("search.start")}>
            {t("search.startHint")}
          </Empty>
        ) : (
          <Loaded query={found} lines={8}>
            {() => (
              <>
                <p className="soft figures" role="status">
                  {t("search.found", { n: total })}
                </p>
                {hits.length === 0 ? (
                  <NothingFound words={words} />
                ) : (
                  <ul className="entries entries-panel">
                    {hits.map((hit) => (
                      <li key={hit.item.id}>
                        <Hit hit={hit} />
                      </li>
                    ))}
                  </ul>
                )}
                <Unsearched waiting={first?.waiting ?? 0} inPart={first?.inPart ?? 0} />
                {found.hasNextPage && (
                  <div>
                    <Button isPending={found.isFetchingNextPage} onPress={() => void found.fetchNextPage()}>
                      {t("room.more")}
                    </Button>
                  </div>
                )}
              </>
            )}
          </Loaded>
        )}
      </div>
    </RoomPage>
  );
}

/** What the search does not know, so that "nothing found" is not taken for "not there". */
function Unsearched({ waiting, inPart }: { waiting: number; inPart: number }) {
  return (
    <>
      {waiting > 0 && <Notice>{t("search.waiting", { n: waiting })}</Notice>}
      {inPart > 0 && <p className="small soft">{t("search.inPart", { n: inPart })}</p>}
    </>
  );
}

const any = "any";

function Years({ from, to }: { from: string | null; to: string | null }) {
  const { setParams, empty } = useRoom();
  const summary = useSummary();
  const { firstYear, lastYear } = summary.data ?? { firstYear: null, lastYear: null };
  const known = firstYear !== null && lastYear !== null && lastYear > firstYear;
  if (empty) return null;
  // Where the years are not known (yet), those of the address are there to choose from: what stands below stays in its place.
  const years = known
    ? Array.from({ length: Math.min(lastYear - firstYear + 1, 200) }, (_, at) => String(lastYear - at))
    : [...new Set([from, to])].filter((year) => year !== null);
  const options: Option[] = [
    { id: any, words: t("search.anyYear") },
    ...years.map((year) => ({ id: year, words: year })),
  ];
  const choose = (name: "from" | "to") => (id: string) => {
    setParams({ [name]: id === any ? undefined : id });
  };
  return (
    <>
      <Select label={t("search.from")} options={options} value={from ?? any} onChange={choose("from")} />
      <Select label={t("search.to")} options={options} value={to ?? any} onChange={choose("to")} />
    </>
  );
}

function Hit({ hit }: { hit: SearchHit }) {
  const to = useRoomLinks();
  const { item } = hit;
  const value = itemValue(item);
  return (
    <div className={isDoubted(item) ? "entry doubted" : "entry"}>
      <div className="entry-main">
        <Kind category={item.category} />
        <span className="entry-title">
          <a href={href(to({ at: "record", id: item.id }))}>{itemTitle(item)}</a>
        </span>
        <Marks markers={item.markers} flags={item.flags} sensitive={sensitivityOf(item)} />
        {hit.snippet.length > 0 && (
          <p className="snippet">
            {hit.snippet.map((part, index) =>
              // Pieces of one text in their order: there is nothing else to tell them apart by.
              part.hit ? (
                <mark key={String(index)}>{part.text}</mark>
              ) : (
                <span key={String(index)}>{part.text}</span>
              ),
            )}
          </p>
        )}
      </div>
      <div className="entry-side">
        {value && <span className="entry-value">{value}</span>}
        <span className="small">
          <ItemDate item={item} />
        </span>
      </div>
      <span className="entry-origin">
        <Origin item={item} />
      </span>
    </div>
  );
}

/** Says what to try; never only that there is nothing. */
function NothingFound({ words }: { words: string }) {
  const { reader, params, setParams } = useRoom();
  const narrowed = params.get("kind") ?? params.get("from") ?? params.get("to");
  return (
    <Empty
      icon="search"
      heading={t("search.nothing", { words })}
      action={
        narrowed && (
          <Button
            onPress={() => {
              setParams({ kind: undefined, from: undefined, to: undefined });
            }}
          >
            {t("search.try3")}
          </Button>
        )
      }
    >
      <span>{t("search.try1")} </span>
      <span>{t("search.try2")} </span>
      {reader === "reader" && <span>{t("search.tryReader")}</span>}
    </Empty>
  );
}
