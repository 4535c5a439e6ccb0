/**
 * DEVELOPMENT ONLY: with `?hold` every answer waits until it is let go, one at a time and in any order, so that the run
 * over all screens can see what each of them moves. Who the window belongs to is answered at once: nothing is drawn before.
 */
import { wanted } from "./wanted";

interface Held {
  command: string;
  go: () => void;
}

let held: Held[] = [];

export const isHeld = (command: string): boolean => wanted.holds && command !== "session";

/** The turn of an answer comes when it is let go. */
export const turnOf = (command: string): Promise<void> =>
  new Promise((go) => {
    held.push({ command, go });
  });

/** As after a lock: nobody waits any more for what was asked before. */
export function dropHeld(): void {
  held = [];
}

/** What is asked and not answered, in the order it was asked. */
export const heldNow = (): string[] => held.map(({ command }) => command);

/** Lets the answer go that was asked for first, or last, and says which it was. */
export function letGo(which: "first" | "last"): string | null {
  const next = which === "first" ? held.shift() : held.pop();
  next?.go();
  return next?.command ?? null;
}
