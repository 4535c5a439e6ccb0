import { QueryCache, QueryClient, type QueryKey, useMutation, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { common, events } from "../backend";
import type { JobView } from "../backend/types";

/** Answers of the core, kept while the window is unlocked; `forget` drops every one of them. */
export const answers = new QueryClient({
  queryCache: new QueryCache({
    onError: (_, query) => {
      // The core no longer gives it: what was given before leaves the screen and the memory too.
      if (query.meta?.lent) query.setState({ data: undefined });
    },
  }),
  defaultOptions: {
    queries: { retry: false, refetchOnWindowFocus: false, networkMode: "always", staleTime: 2_000 },
    // What was typed (a passphrase, words of a kit) leaves the memory with the page it was typed in.
    mutations: { retry: false, networkMode: "always", gcTime: 0 },
  },
});

/** Leaves nothing decrypted in the page: called on lock, before the lock screen is drawn. */
export function forget(): void {
  void answers.cancelQueries();
  answers.clear();
}

/**
 * An answer of the core under a key; asked for again every so many milliseconds where nobody tells of changes.
 * What was `lent` by somebody else is shown only as long as the core gives it: a refusal takes it away.
 */
export function useAnswer<Data>(
  key: QueryKey,
  ask: () => Promise<Data>,
  more: { enabled?: boolean; every?: number; lent?: boolean } = {},
) {
  return useQuery({
    queryKey: key,
    queryFn: ask,
    enabled: more.enabled ?? true,
    refetchInterval: more.every ?? false,
    meta: { lent: more.lent ?? false },
  });
}

/** How often a desk looks whether an invitation was used: the clinic does not call back. */
export const deskEvery = 4_000;

/** A deed: whatever it changed is asked for again before it counts as done. */
export function useDeed<Input, Output>(
  act: (input: Input) => Promise<Output>,
  done?: (output: Output, input: Input) => void,
) {
  return useMutation({
    mutationFn: act,
    onSuccess: (output, input) => {
      void answers.invalidateQueries({
        predicate: (query) => query.queryKey[0] !== "session" && query.queryKey[0] !== "once",
      });
      done?.(output, input);
    },
  });
}

/** Progress of long work, as it is told and, in case an event is lost, by asking. */
export function useJob(
  id: string | undefined,
  ask: (args: { job: string }) => Promise<JobView> = common.jobStatus,
): JobView | undefined {
  const key = ["job", id];
  const query = useQuery({
    queryKey: key,
    queryFn: () => ask({ job: id ?? "" }),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : 700),
  });
  useEffect(() => {
    if (id === undefined) return undefined;
    const stop = events.progress((job) => {
      if (job.id === id) answers.setQueryData(["job", id], job);
    });
    return () => {
      void stop.then((off) => {
        off();
      });
    };
  }, [id]);
  return query.data;
}

export const isOver = (job: JobView): boolean =>
  job.state === "done" || job.state === "cancelled" || job.state === "failed";
