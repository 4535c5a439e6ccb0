import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { t } from "../../locales/i18n";
import { fullMoment } from "../format/dates";
import { Icon } from "../icons";
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
  children,
}: {
  query: UseQueryResult<Data>;
  lines?: number;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined)
    return (
      <>
        {query.isError && <Stale query={query} />}
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

/** Still there, but from before: says so, and lets her ask again. */
function Stale({ query }: { query: UseQueryResult<unknown> }) {
  return (
    <div className="offline" role="status">
      <p>
        <Icon name="clock" />
        <span>{t("waiting.stale", { when: fullMoment(Math.floor(query.dataUpdatedAt / 1000)) })}</span>
      </p>
      <Button look="quiet" icon="refresh" isPending={query.isFetching} onPress={() => void query.refetch()}>
        {t("action.tryAgain")}
      </Button>
    </div>
  );
}
