import { type RefObject, useLayoutEffect, useState } from "react";

/** Whether there is more in it than it shows, whatever grows: the words or the letters. */
export function useOverflow(element: RefObject<HTMLElement | null>): boolean {
  const [over, setOver] = useState(false);
  useLayoutEffect(() => {
    const here = element.current;
    if (!here) return undefined;
    const measure = () => {
      setOver(here.scrollHeight > here.clientHeight + 1);
    };
    measure();
    if (typeof ResizeObserver === "undefined") return undefined;
    const observer = new ResizeObserver(measure);
    for (const each of [here, ...here.children]) observer.observe(each);
    return () => {
      observer.disconnect();
    };
  });
  return over;
}
