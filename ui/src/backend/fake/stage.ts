/**
 * DEVELOPMENT ONLY: what the run over all screens holds in its hands: the words that were answered, how much is on its
 * way, and a window that begins anew without being loaded again.
 */
import { t } from "../../locales/i18n";
import { applyTheme, letters } from "../../shared/theme";
import { dropHeld, heldNow, isHeld, letGo, turnOf } from "./held";
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
export async function onItsWay<Answer>(command: string, answer: () => Answer): Promise<Answer> {
  underWay += 1;
  try {
    await (isHeld(command) ? turnOf(command) : new Promise((done) => setTimeout(done, 30)));
    return answer();
  } finally {
    underWay -= 1;
  }
}

let drawnInOwnLetters = true;

/** Something is asked, so words stand there: the letters they are meant to have should be there too. */
export function noteLetters(): void {
  // Only an engine that draws knows.
  if ("fonts" in document && !document.fonts.check(letters)) drawnInOwnLetters = false;
}

const stage = {
  letters: () => drawnInOwnLetters,
  words,
  /** Words of the catalogue in the language of the window. */
  text: t,
  tell,
  theme: applyTheme,
  /** Whether an answer, or the news that there is another, is still to come by itself. */
  isBusy: () => underWay > 0 || willTell(),
  held: heldNow,
  letGo,
  /** As after a lock and an unlocking: nothing is kept, everything is asked for again. */
  anew: () => {
    answerAnew();
    dropHeld();
    tell("session://locked", null);
  },
};

Object.assign(window, { invented: stage });
