import { keepPreviousData, useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { answers } from "../../app/queries";
import { room } from "../../backend";
import type { Category, ChartItem, ItemQuery, RoomScope } from "../../backend/types";
import { searchText } from "../../shared/records/own";
import { useRoom } from "./context";
import { type Day, type Days, findDays } from "./days";

export const noQuery: ItemQuery = {
  categories: [],
  text: null,
  from: null,
  before: null,
  analyte: null,
  flaggedOnly: false,
  sourceOnly: false,
  offset: 0,
  limit: 0,
};

/** The query with its words as the core is asked for them. */
export const wordsOf = (query: ItemQuery): ItemQuery =>
  query.text ? { ...query, text: searchText(query.text) } : query;

const scopeKey = (scope: RoomScope): string => (scope.kind === "own" ? "own" : `${scope.kind}:${scope.id}`);

/** Every answer of a room begins so: a share that is over takes all of them away. */
const keyOf = (scope: RoomScope, ...rest: unknown[]): unknown[] => ["room", scopeKey(scope), ...rest];

/** What a doctor reads was lent: a refusal takes it off the page. */
const metaOf = (scope: RoomScope) => ({ lent: scope.kind === "share" });

/** Leaves nothing of a room in memory. */
export function forgetRoom(scope: RoomScope): void {
  answers.removeQueries({ queryKey: ["room", scopeKey(scope)] });
  answers.removeQueries({ queryKey: ["once", "room-news", scopeKey(scope)] });
}

function useRoomAnswer<Data>(
  rest: unknown[],
  ask: (scope: RoomScope) => Promise<Data>,
  more: { enabled?: boolean; keep?: boolean } = {},
) {
  const { scope } = useRoom();
  return useQuery({
    queryKey: keyOf(scope, ...rest),
    queryFn: () => ask(scope),
    enabled: more.enabled ?? true,
    meta: metaOf(scope),
    ...(more.keep ? { placeholderData: keepPreviousData } : {}),
  });
}

export const useSummary = () => useRoomAnswer(["summary"], (scope) => room.summary({ scope }));
export const useMedicines = () => useRoomAnswer(["medicines"], (scope) => room.medicines({ scope }));
export const useTrend = (analyte: string) =>
  useRoomAnswer(["trend", analyte], (scope) => room.trend({ scope, analyte }));
export const useComparison = (earlier: string | undefined, later: string | undefined) =>
  useRoomAnswer(
    ["comparison", earlier, later],
    (scope) => room.comparison({ scope, earlier: earlier ?? "", later: later ?? "" }),
    { enabled: earlier !== undefined && later !== undefined },
  );
export const usePanel = (recordId: string, enabled: boolean) =>
  useRoomAnswer(["panel", recordId], (scope) => room.panel({ scope, recordId }), { enabled });
export const useRecord = (recordId: string) =>
  useRoomAnswer(["record", recordId], (scope) => room.record({ scope, recordId }));
export const useDensity = (query: ItemQuery) =>
  useRoomAnswer(["density", query], (scope) => room.density({ scope, query: wordsOf(query) }), {
    keep: true,
  });

/** What is measured: the kinds that have results and can be compared. */
export const measurable: Category[] = ["results", "vitals"];

/** Most entries the core gives at once. */
export const mostAtOnce = 500;

const daysQuery = (scope: RoomScope, days: Days) => ({
  queryKey: keyOf(scope, "days", days),
  queryFn: () =>
    findDays(
      (range) =>
        room.items({ scope, query: { ...noQuery, ...range, categories: measurable, limit: mostAtOnce } }),
      days,
    ),
  meta: metaOf(scope),
});

/** Days that have results. */
export function useDays(days: Days, enabled = true) {
  const { scope } = useRoom();
  return useQuery({ ...daysQuery(scope, days), enabled });
}

/** The same for a deed that needs them before it is done. */
export function useFindDays(): (days: Days) => Promise<Day[]> {
  const { scope } = useRoom();
  return (days) => answers.fetchQuery(daysQuery(scope, days));
}

/** An entry of a page or of the summary that came already: its name is known before its record is. */
export function knownItem(scope: RoomScope, id: string): ChartItem | undefined {
  for (const [, data] of answers.getQueriesData({ queryKey: keyOf(scope) }))
    for (const list of [data, ...Object.values(data ?? {})]) {
      const found = itemsOf(list).find((item) => item.id === id);
      if (found) return found;
    }
  return undefined;
}

const itemsOf = (list: unknown): ChartItem[] =>
  typeof list === "object" && list !== null && "items" in list && Array.isArray(list.items)
    ? (list.items as ChartItem[])
    : [];

export const pageSize = 100;

/**
 * The pages of a long list that are in sight; the others are left to the cache, which drops them after a minute.
 */
export function usePages(query: ItemQuery, pages: number[]) {
  const { scope } = useRoom();
  const found = useQueries({
    queries: pages.map((page) => {
      const asked = { ...wordsOf(query), offset: page * pageSize, limit: pageSize };
      return {
        queryKey: keyOf(scope, "items", asked),
        queryFn: () => room.items({ scope, query: asked }),
        meta: metaOf(scope),
        gcTime: 60_000,
        staleTime: 30_000,
      };
    }),
  });
  return useMemo(() => new Map(pages.map((page, index) => [page, found[index]])), [pages, found]);
}

/** Entries, the newest first, a page at a time as they are asked for. */
export function useItemPages(query: ItemQuery) {
  const { scope } = useRoom();
  return useInfiniteQuery({
    queryKey: keyOf(scope, "item-pages", query),
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      room.items({ scope, query: { ...wordsOf(query), offset: pageParam, limit: pageSize } }),
    getNextPageParam: (last) => {
      const next = last.offset + last.items.length;
      return last.items.length > 0 && next < last.total ? next : undefined;
    },
    placeholderData: keepPreviousData,
    meta: metaOf(scope),
  });
}

/** Analytes, the newest first, a page at a time. */
export function useAnalytes(query: ItemQuery) {
  const { scope } = useRoom();
  return useInfiniteQuery({
    queryKey: keyOf(scope, "analytes", query),
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      room.analytes({ scope, query: { ...wordsOf(query), offset: pageParam, limit: pageSize } }),
    getNextPageParam: (last) => {
      const next = last.offset + last.analytes.length;
      return last.analytes.length > 0 && next < last.total ? next : undefined;
    },
    placeholderData: keepPreviousData,
    meta: metaOf(scope),
  });
}

/** What was found, the best first, a page at a time. */
export function useFound(query: ItemQuery) {
  const { scope } = useRoom();
  return useInfiniteQuery({
    queryKey: keyOf(scope, "search", query),
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      room.search({ scope, query: { ...wordsOf(query), offset: pageParam, limit: 50 } }),
    getNextPageParam: (last) => {
      const next = last.offset + last.hits.length;
      return last.hits.length > 0 && next < last.total ? next : undefined;
    },
    enabled: Boolean(query.text),
    placeholderData: keepPreviousData,
    meta: metaOf(scope),
  });
}
