import { answers } from "../../app/queries";
import { navigate } from "../../app/router";
import { patient } from "../../backend";
import type { ImportSelection } from "../../backend/types";

/** The job of this window's import, remembered while she looks elsewhere. */
export const importKey = ["import-job"];

/** What was dropped and could not be added at once. The core keeps the files, the page their names. */
export interface Waiting {
  selection: ImportSelection;
  /** Why not. */
  error: unknown;
}

export const waitingKey = ["once", "import-waiting"];

// Nobody may look at them for longer than an answer is kept; only a lock forgets them.
for (const key of [importKey, waitingKey])
  answers.setQueryDefaults(key, { gcTime: Number.POSITIVE_INFINITY });

const waiting = (): Waiting[] => answers.getQueryData<Waiting[]>(waitingKey) ?? [];

const others = (token: string): Waiting[] => waiting().filter((each) => each.selection.token !== token);

/** Keeps what was dropped until it can be added, with the newest reason why it cannot. */
export function letWait(selection: ImportSelection, error: unknown): void {
  answers.setQueryData(waitingKey, [...others(selection.token), { selection, error }]);
}

/** It is left out after all, or is being added. */
export function waitNoMore({ token }: ImportSelection): void {
  answers.setQueryData(waitingKey, others(token));
}

/** Starts adding what was picked or dropped, and shows how it goes. */
export async function startImport(selection: ImportSelection): Promise<void> {
  const id = await patient.importStart({ token: selection.token });
  waitNoMore(selection);
  answers.setQueryData(importKey, id);
  navigate("/add");
}

/** Goes on where an interrupted import stopped. */
export async function resumeImport(importId: string): Promise<void> {
  const id = await patient.importResume({ importId });
  answers.setQueryData(importKey, id);
  navigate("/add");
}
