import { useEffect, useRef } from "react";

/** The newest of something, for a callback that outlives a drawing. */
export function useLatest<Value>(value: Value) {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}
