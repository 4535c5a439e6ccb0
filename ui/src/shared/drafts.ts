import { useCallback, useState } from "react";

/**
 * What a person has typed and not sent yet. It outlives a lock (the screen is taken away, the draft is not) but
 * not the window, and holds nothing that came out of the vault: only the person's own typing and choices.
 */
const drafts = new Map<string, unknown>();

export function useDraft<Value>(key: string, empty: Value): [Value, (next: Value) => void, () => void] {
  const [value, setValue] = useState<Value>(() => (drafts.get(key) as Value | undefined) ?? empty);
  const keep = useCallback(
    (next: Value) => {
      drafts.set(key, next);
      setValue(next);
    },
    [key],
  );
  const drop = useCallback(() => {
    drafts.delete(key);
  }, [key]);
  return [value, keep, drop];
}
