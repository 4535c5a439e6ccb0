import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { t } from "../../locales/i18n";
import { fullMoment } from "../format/dates";
import { Button } from "./Button";
import { Failure } from "./Failure";
import { Strip } from "./Strip";
import { Skeleton } from "./Waiting";

/**
 * An answer in its states: on its way, failed, there, and there from before because asking again failed. What was
 * there stays while it is asked for again.
 */
export function Loaded<Data>({
  query,
  lines,
  staleSaid,
  children,
}: {
  query: UseQueryResult<Data>;
  lines?: number;
  /** The place it stands in says itself what is from before. */
  staleSaid?: boolean;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined)
    return (
      <>
        {!staleSaid && <Stale queries={[query]} />}
        {children(query.data)}
      </>
    );
  if (query.isError)
    return (
      <Failure
        error={query.error}
        onRetry={() => {
          void query.refetch();
        }}
      />
    );
  return <Skeleton {...(lines ? { lines } : {})} />;
}

type Asked = Pick<
  UseQueryResult<unknown>,
  "data" | "isError" | "errorUpdateCount" | "isFetching" | "dataUpdatedAt" | "refetch"
>;

/** Still there, but from before: says so, once for all that a place is made of, and lets her ask again. */
export function Stale({ queries }: { queries: readonly Asked[] }) {
  const old = queries.filter((query) => query.isError && query.data !== undefined);
  if (old.length === 0) return null;
  const since = Math.min(...old.map((query) => query.dataUpdatedAt));
  const when = fullMoment(Math.floor(since / 1000));
  return (
    <Strip icon="clock" action={<Again queries={old} />} onPaper={t("paper.stale", { when })}>
      {t("waiting.stale", { when })}
    </Strip>
  );
}

/**
 * One of the sources of a page failed while the others answered: says in `words` what could not be looked up, so that
 * nobody takes its absence for an answer. What is there stays as usable as it is.
 */
export function Missing({ query, words }: { query: Asked; words: string }) {
  // Also while it is asked for once more: words that go and come again push those that stand on them.
  if (query.errorUpdateCount === 0 || query.data !== undefined) return null;
  return (
    <Strip icon="warning" action={<Again queries={[query]} />} onPaper={words}>
      {words}
    </Strip>
  );
}

/** Asks again for what did not come. */
function Again({ queries }: { queries: readonly Asked[] }) {
  return (
    <Button
      look="quiet"
      icon="refresh"
      isPending={queries.some((query) => query.isFetching)}
      onPress={() => {
        for (const query of queries) void query.refetch();
      }}
    >
      {t("action.tryAgain")}
    </Button>
  );
}
