import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { settling } from "./pace";
import { useWindowed } from "./useWindowed";

const rowHeight = 6 * 16;
const noHeads: number[] = [];

describe("a list of which only what is in sight is drawn", () => {
  let scrolled = 0;

  beforeEach(() => {
    vi.useFakeTimers();
    scrolled = 0;
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  /** A list of 10 000 rows, and the means to scroll it to a row within a frame. */
  function list(keep?: number) {
    const element = document.createElement("div");
    element.getBoundingClientRect = () => ({ top: -scrolled }) as DOMRect;
    const box = { current: element };
    const hook = renderHook(() => useWindowed(box, { count: 10_000, heads: noHeads, row: 6, head: 3, keep }));
    const to = (row: number) => {
      scrolled = row * rowHeight;
      act(() => {
        window.dispatchEvent(new Event("scroll"));
        vi.advanceTimersByTime(17);
      });
    };
    return { now: () => hook.result.current, to };
  }

  it("draws what is in sight after a jump, at once", () => {
    const { now, to } = list();
    to(5_000);
    expect(now().flying).toBe(false);
    expect(now().rows).toContain(5_000);
    expect(now().rows).not.toContain(1);
  });

  it("draws no rows that fly by but the one with the focus, and those it stops at", () => {
    const { now, to } = list(3);
    for (const row of [1_000, 2_000, 3_000]) to(row);
    expect(now().flying).toBe(true);
    expect(now().rows).toEqual([3]);
    act(() => {
      vi.advanceTimersByTime(settling);
    });
    expect(now().flying).toBe(false);
    expect(now().rows).toContain(3_000);
  });
});
