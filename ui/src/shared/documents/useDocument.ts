import { useEffect, useMemo } from "react";
import { useAnswer } from "../../app/queries";
import { answers } from "../../app/queries";
import { documents } from "../../backend";
import { type DocumentAt, documentOf, keyOf } from "./types";

/** How many readers show a document now: it is closed when the last one leaves. */
const readers = new Map<string, number>();

/**
 * Opens a document for as long as it is shown. What was lent is shown only while the core gives it; leaving closes it:
 * its worker ends and nothing of it stays in memory, here or in the core.
 */
export function useDocument(at: DocumentAt) {
  const key = keyOf(at);
  const from = useMemo(() => documentOf(key), [key]);
  const query = useAnswer(["once", "document", key], () => documents.open(from), {
    lent: from.scope.kind === "share",
  });
  useEffect(() => {
    readers.set(key, (readers.get(key) ?? 0) + 1);
    return () => {
      const left = (readers.get(key) ?? 1) - 1;
      readers.set(key, left);
      if (left > 0) return;
      readers.delete(key);
      // Drawn twice in a row (development), it is still wanted.
      window.setTimeout(() => {
        if (readers.has(key)) return;
        answers.removeQueries({ queryKey: ["once", "document", key] });
        documents.close(documentOf(key)).catch(() => undefined);
      }, 0);
    };
  }, [key]);
  return { from, query };
}
