/**
 * DEVELOPMENT ONLY: what the run over all screens holds in its hands: the words that were answered, how much is on its
 * way, and a window that begins anew without being loaded again.
 */
import { t } from "../../locales/i18n";
import { answerAnew, willTell } from "./partial";
import { tell } from "./wanted";

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
const early = new Set(["session", "settings_read", "unlock", "lock", "activity"]);

export const isEarly = (command: string): boolean => early.has(command);

/** Counts what is on its way. */
export async function onItsWay<Answer>(answer: () => Answer): Promise<Answer> {
  underWay += 1;
  try {
    await new Promise((done) => setTimeout(done, 30));
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
  isBusy: () => underWay > 0 || willTell(),
  /** As after a lock and an unlocking: nothing is kept, everything is asked for again. */
  anew: () => {
    answerAnew();
    tell("session://locked", null);
  },
};

Object.assign(window, { invented: stage });
