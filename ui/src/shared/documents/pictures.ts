import { useEffect, useState } from "react";
import { documents } from "../../backend";
import type { GreyWindow } from "../../backend/types";
import type { DocumentAt } from "./types";

/** A page as the page's picture: its address while it is wanted, or why there is none. */
export type PageState =
  { at: "waiting"; address?: string } | { at: "there"; address: string } | { at: "refused"; error: unknown };

/**
 * Asks for a page as long as `wanted`. The picture before stays until the new one is there, so that nothing flashes;
 * every address is given back to the browser when it is not shown any more.
 */
export function usePage(
  from: DocumentAt,
  page: number,
  width: number,
  window: GreyWindow | undefined,
  wanted: boolean,
): PageState {
  const [state, setState] = useState<PageState>({ at: "waiting" });
  const centre = window?.centre;
  const contrast = window?.width;
  useEffect(() => {
    if (!wanted || width <= 0) return undefined;
    let over = false;
    const { scope, recordId, index } = from;
    const grey = centre === undefined || contrast === undefined ? null : { centre, width: contrast };
    documents
      .page({ scope, recordId, index, page, width, window: grey })
      .then((bytes) => {
        if (over) return;
        const address = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
        setState({ at: "there", address });
      })
      .catch((error: unknown) => {
        if (!over) setState({ at: "refused", error });
      });
    return () => {
      over = true;
    };
  }, [from, page, width, centre, contrast, wanted]);

  const address = state.at === "refused" ? undefined : state.address;
  useEffect(
    () =>
      address === undefined
        ? undefined
        : () => {
            URL.revokeObjectURL(address);
          },
    [address],
  );
  useEffect(() => {
    // Far away from what is looked at, a picture only costs memory.
    if (!wanted) setState({ at: "waiting" });
  }, [wanted]);
  return state;
}

/** Whether an element is in sight or close to it; `first` until that is known. Where nothing can tell, it is. */
export function useNear(element: Element | null, first = false): boolean {
  const [near, setNear] = useState(first || typeof IntersectionObserver === "undefined");
  useEffect(() => {
    if (!element || typeof IntersectionObserver === "undefined") return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) setNear(entry.isIntersecting);
      },
      { rootMargin: "100% 0px" },
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [element]);
  return near;
}

/** Width of an element in CSS pixels, 0 until it is known. */
export function useWidth(element: Element | null): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element) return undefined;
    const measure = () => {
      setWidth(Math.round(element.clientWidth));
    };
    measure();
    if (typeof ResizeObserver === "undefined") return undefined;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [element]);
  return width;
}
