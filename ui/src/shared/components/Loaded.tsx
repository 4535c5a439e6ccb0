import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { t } from "../../locales/i18n";
import { fullMoment } from "../format/dates";
import { Icon, type IconName } from "../icons";
import { Button } from "./Button";
import { Failure } from "./Failure";
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

type Asked = Pick<UseQueryResult<unknown>, "data" | "isError" | "isFetching" | "dataUpdatedAt" | "refetch">;

/** Still there, but from before: says so, once for all that a place is made of, and lets her ask again. */
export function Stale({ queries }: { queries: readonly Asked[] }) {
  const old = queries.filter((query) => query.isError && query.data !== undefined);
  if (old.length === 0) return null;
  const since = Math.min(...old.map((query) => query.dataUpdatedAt));
  const when = fullMoment(Math.floor(since / 1000));
  return (
    <Strip icon="clock" {...askingAgain(old)} onPaper={t("paper.stale", { when })}>
      {t("waiting.stale", { when })}
    </Strip>
  );
}

/**
 * One of the sources of a page failed while the others answered: says in `words` what could not be looked up, so that
 * nobody takes its absence for an answer. What is there stays as usable as it is.
 */
export function Missing({ query, words }: { query: Asked; words: string }) {
  if (!query.isError || query.data !== undefined) return null;
  return (
    <Strip icon="warning" {...askingAgain([query])} onPaper={words}>
      {words}
    </Strip>
  );
}

const askingAgain = (queries: readonly Asked[]) => ({
  isPending: queries.some((query) => query.isFetching),
  onAgain: () => {
    for (const query of queries) void query.refetch();
  },
});

/** One line above what it speaks of, with the way to ask again where there is one; `onPaper` is what a print says instead. */
export function Strip({
  icon,
  isPending,
  onAgain,
  onPaper,
  children,
}: {
  icon: IconName;
  isPending: boolean;
  onAgain: (() => void) | undefined;
  onPaper: string;
  children: string;
}) {
  return (
    <>
      <div className="offline screen-only" role="status">
        <p>
          <Icon name={icon} />
          <span>{children}</span>
        </p>
        {onAgain && (
          <Button look="quiet" icon="refresh" isPending={isPending} onPress={onAgain}>
            {t("action.tryAgain")}
          </Button>
        )}
      </div>
      <PaperNote>{onPaper}</PaperNote>
    </>
  );
}

/** On paper only: what whoever reads the sheet must know of it, where the screen has a strip. */
export function PaperNote({ children }: { children: string }) {
  return <p className="print-only paper-note">{children}</p>;
}
