import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure } from "./Failure";
import { Skeleton } from "./Waiting";

/** An answer in its three states: on its way, failed, there. What was there stays while it is asked for again. */
export function Loaded<Data>({
  query,
  lines,
  children,
}: {
  query: UseQueryResult<Data>;
  lines?: number;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
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
