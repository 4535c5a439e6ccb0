import { useEffect, useState } from "react";
import { documents } from "../../backend";
import type { FoundPlace } from "../../backend/types";
import type { DocumentAt } from "./types";

/** Waits until the typing rests, in milliseconds. */
const rest = 250;
const none: readonly FoundPlace[] = [];

export interface Search {
  words: string;
  setWords: (words: string) => void;
  /** Every place; `undefined` while nothing is sought. */
  places: readonly FoundPlace[] | undefined;
  error: unknown;
}

/** Words sought in a document, and every place where they stand. */
export function useFind(from: DocumentAt): Search {
  const [words, setWords] = useState("");
  const [places, setPlaces] = useState<readonly FoundPlace[]>();
  const [error, setError] = useState<unknown>();
  const sought = words.trim();
  useEffect(() => {
    if (sought === "") return undefined;
    let over = false;
    const { scope, recordId, index } = from;
    const timer = window.setTimeout(() => {
      documents.find({ scope, recordId, index, words: sought }).then(
        (found) => {
          if (over) return;
          setPlaces(found);
          setError(undefined);
        },
        (failed: unknown) => {
          if (over) return;
          setPlaces(none);
          setError(failed);
        },
      );
    }, rest);
    return () => {
      over = true;
      window.clearTimeout(timer);
    };
  }, [sought, from]);
  return {
    words,
    setWords,
    places: sought === "" ? undefined : places,
    error: sought === "" ? undefined : error,
  };
}
