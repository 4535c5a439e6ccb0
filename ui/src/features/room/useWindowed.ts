import {
  type RefCallback,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "react";
import { Heights } from "./heights";
import { Pace, settling } from "./pace";

/** Rows drawn beyond what is in sight, on each side. */
const beyond = 8;

const rem = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

/** What stands over the page while it is scrolled: the doctor's banner. */
const stickyHeight = (): number => {
  const banner = document.querySelector(".banner");
  if (!banner || getComputedStyle(banner).position !== "sticky") return 0;
  return banner.getBoundingClientRect().height;
};

const drawnRows = (box: HTMLElement | null): number => box?.querySelectorAll("[data-row]").length ?? 0;

interface Windowed {
  heights: Heights;
  /** Rows to draw, ascending. */
  rows: number[];
  /** The first and the last row in sight. */
  first: number;
  last: number;
  /** Whether rows go by too fast to be read: then none is drawn but the one that is kept. */
  flying: boolean;
  /** To be given to every row that is drawn, with its number in `data-row`. */
  measured: RefCallback<HTMLElement>;
  goTo: (index: number) => void;
}

/**
 * A list in the window's own scrolling of which only the rows in sight are drawn. A row that turns out higher or lower
 * than guessed moves nothing that is being read: the scrolling is corrected by what changed above.
 */
export function useWindowed(
  box: RefObject<HTMLElement | null>,
  {
    count,
    heads,
    row,
    head,
    keep,
  }: { count: number; heads: readonly number[]; row: number; head: number; keep: number | undefined },
): Windowed {
  const [shape, setShape] = useState(() => ({ unit: rem(), width: 0 }));
  const heights = useMemo(
    () => new Heights(count, row * shape.unit, head * shape.unit, heads),
    // A new shape makes new heights: what was measured at another width is not true any more.
    [count, heads, row, head, shape],
  );
  const [sight, setSight] = useState({ first: 0, last: Math.min(count - 1, 12), flying: false });
  const [pace] = useState(() => new Pace());
  const settle = useRef(0);
  const [, redraw] = useReducer((known: number) => known + 1, 0);
  const anchor = useRef(0);
  const correction = useRef(0);

  const look = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const top = stickyHeight() - element.getBoundingClientRect().top;
    const first = heights.at(Math.max(top, 0));
    const last = heights.at(Math.max(top, 0) + window.innerHeight);
    anchor.current = top > 0 ? first : 0;
    if (pace.flies(first, last - first + 1)) {
      window.clearTimeout(settle.current);
      settle.current = window.setTimeout(() => {
        settle.current = 0;
        setSight((known) => ({ ...known, flying: false }));
      }, settling);
    }
    const flying = settle.current !== 0;
    setSight((known) =>
      known.first === first && known.last === last && known.flying === flying
        ? known
        : { first, last, flying },
    );
  }, [box, heights, pace]);

  useEffect(
    () => () => {
      window.clearTimeout(settle.current);
    },
    [],
  );

  useEffect(() => {
    let frame = 0;
    const later = () => {
      frame ||= window.requestAnimationFrame(() => {
        frame = 0;
        look();
      });
    };
    look();
    window.addEventListener("scroll", later, { passive: true });
    window.addEventListener("resize", later);
    return () => {
      window.cancelAnimationFrame(frame);
      window.removeEventListener("scroll", later);
      window.removeEventListener("resize", later);
    };
  }, [look]);

  const observer = useMemo(() => {
    if (typeof ResizeObserver === "undefined") return undefined;
    return new ResizeObserver((entries) => {
      let changed = false;
      for (const { target, borderBoxSize, contentRect } of entries) {
        const element = target as HTMLElement;
        if (element.dataset.row === undefined) {
          const width = Math.round(contentRect.width);
          setShape((known) => {
            const unit = rem();
            return known.width === width && known.unit === unit ? known : { unit, width };
          });
          continue;
        }
        const index = Number(element.dataset.row);
        const change = heights.measure(index, borderBoxSize[0]?.blockSize ?? contentRect.height);
        if (change !== 0) changed = true;
        if (index < anchor.current) correction.current += change;
      }
      if (changed) redraw();
    });
  }, [heights]);

  useLayoutEffect(() => {
    if (box.current) observer?.observe(box.current);
    return () => {
      observer?.disconnect();
    };
  }, [box, observer]);

  useLayoutEffect(() => {
    if (correction.current === 0) return;
    const by = correction.current;
    correction.current = 0;
    window.scrollBy(0, by);
  });

  // Where most rows are new, as when the first ones come, they are measured before they are seen: none is drawn in a
  // guessed place. Row by row, while the list is scrolled, that would cost a second layout each time.
  const fresh = useRef<HTMLElement[]>([]);
  useLayoutEffect(() => {
    const added = fresh.current;
    fresh.current = [];
    if (!observer || added.length * 2 <= drawnRows(box.current)) return;
    let changed = false;
    for (const element of added) {
      const { height } = element.getBoundingClientRect();
      const index = Number(element.dataset.row);
      // Rows above the one that is read keep what the observer tells: it corrects the scrolling too.
      if (height > 0 && index >= anchor.current && heights.measure(index, height) !== 0) changed = true;
    }
    if (changed) redraw();
  });

  const measured = useCallback(
    (element: HTMLElement | null) => {
      if (!element) return undefined;
      observer?.observe(element);
      fresh.current.push(element);
      return () => {
        observer?.unobserve(element);
      };
    },
    [observer],
  );

  const goTo = useCallback(
    (index: number) => {
      const element = box.current;
      if (!element) return;
      const bounded = Math.min(Math.max(index, 0), count - 1);
      const top = element.getBoundingClientRect().top + window.scrollY + heights.top(bounded);
      window.scrollTo({ top: top - stickyHeight() });
      look();
    },
    [box, heights, count, look],
  );

  const { first, last } = { first: Math.min(sight.first, count - 1), last: Math.min(sight.last, count - 1) };
  const rows: number[] = [];
  const drawn = sight.flying ? 0 : Math.min(count - 1, last + beyond) + 1;
  for (let index = Math.max(0, first - beyond); index < drawn; index += 1) rows.push(index);
  if (keep !== undefined && keep < count && !rows.includes(keep)) rows.push(keep);
  rows.sort((a, b) => a - b);
  return { heights, rows, first, last, flying: sight.flying, measured, goTo };
}
