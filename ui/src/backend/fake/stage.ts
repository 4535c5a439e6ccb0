/**
 * DEVELOPMENT ONLY: what the run over all screens holds in its hands: the words that were answered, how much is on its
 * way, answers that come one by one on command, and a window that begins anew without being loaded again.
 */
import { t } from "../../locales/i18n";
import { answerAnew, willTell } from "./partial";
import { tell, wanted } from "./wanted";

/**
 * Every text that was ever answered: what stands on a screen is one of these or comes from a catalogue, and the run over
 * all screens finds what is neither.
 */
const words = new Set<string>();

export function note(value: unknown): void {
  if (typeof value === "string") words.add(value);
  else if (typeof value === "object" && value !== null) for (const each of Object.values(value)) note(each);
}

let underWay = 0;
const held: (() => void)[] = [];
const early = new Set(["session", "settings_read", "unlock", "lock", "activity"]);

export const isEarly = (command: string): boolean => early.has(command);

/** Counts what is on its way, and keeps it back where answers come on command. */
export async function onItsWay<Answer>(command: string, answer: () => Answer): Promise<Answer> {
  underWay += 1;
  try {
    await new Promise((done) => setTimeout(done, 30));
    if (wanted.held && !isEarly(command))
      await new Promise<void>((done) => {
        held.push(done);
      });
    return answer();
  } finally {
    underWay -= 1;
  }
}

const stage = {
  words,
  /** Words of the catalogue in the language of the window. */
  text: t,
  tell,
  /** Whether an answer, or the news that there is another, is still to come by itself. */
  isBusy: () => underWay > held.length || willTell(),
  held: () => held.length,
  /** Lets one answer go: the one that was asked for first, or last. */
  release: (which: "first" | "last") => (which === "first" ? held.shift() : held.pop())?.(),
  /** As after a lock and an unlocking: nothing is kept, everything is asked for again. */
  anew: () => {
    answerAnew();
    tell("session://locked", null);
    for (const done of held.splice(0)) done();
  },
};

export type Stage = typeof stage;

Object.assign(window, { invented: stage });
