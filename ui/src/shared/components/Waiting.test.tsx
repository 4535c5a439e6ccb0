import { render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JobView } from "../../backend/types";
import * as announcing from "../announce";
import { JobProgress } from "./Waiting";

const job: JobView = {
  id: "j1",
  kind: "import",
  state: "running",
  stage: "reading",
  done: 34,
  total: 57,
  bytesDone: 0,
  bytesTotal: 0,
  secondsLeft: null,
  question: null,
  error: null,
  result: null,
};

describe("the time that is left", () => {
  const announce = vi.spyOn(announcing, "announce").mockImplementation(() => undefined);
  const told = () => announce.mock.calls.map(([words]) => words);

  beforeEach(() => {
    vi.useFakeTimers();
    announce.mockClear();
  });
  afterEach(() => vi.useRealTimers());

  /** One second after the other, with what was thought to be left then. */
  function run(...left: (number | null)[]): void {
    const drawn = render(<JobProgress job={job} />);
    for (const secondsLeft of left) {
      vi.advanceTimersByTime(1_000);
      drawn.rerender(<JobProgress job={{ ...job, secondsLeft }} />);
    }
  }

  it("is told when it is first known and when the minute changes, not by the second", () => {
    run(null, ...Array.from({ length: 150 }, (_, second) => 200 - second));
    expect(told()).toEqual([
      "about 3 minutes left",
      "about 2 minutes left",
      "about 1 minute left",
      "less than a minute left",
    ]);
  });

  it("is not told each time an estimate wavers", () => {
    run(...Array.from({ length: 29 }, (_, second) => (second % 2 === 0 ? 85 : 95)));
    expect(told()).toHaveLength(1);
  });

  it("can be asked of the bar itself", () => {
    run(130);
    expect(screen.getByRole("progressbar").ariaValueText).toBe("34 of 57, about 2 minutes left");
  });
});
