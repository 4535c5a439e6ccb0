import { answers } from "../../app/queries";
import { navigate } from "../../app/router";
import { patient } from "../../backend";
import type { ImportSelection } from "../../backend/types";

/** The job of this window's import, remembered while she looks elsewhere. */
export const importKey = ["import-job"];

/** Starts adding what was picked or dropped, and shows how it goes. */
export async function startImport(selection: ImportSelection): Promise<void> {
  const id = await patient.importStart({ token: selection.token });
  answers.setQueryData(importKey, id);
  navigate("/add");
}

/** Goes on where an interrupted import stopped. */
export async function resumeImport(importId: string): Promise<void> {
  const id = await patient.importResume({ importId });
  answers.setQueryData(importKey, id);
  navigate("/add");
}
