import { useAnswer } from "../../app/queries";
import { patient } from "../../backend";

/** How quickly things travel in this profile; only a patient's has an answer. */
export const useTravel = (enabled = true) => useAnswer(["travel"], patient.travel, { enabled });

/** Whether they do so one space at a time; nothing while it is not known. What it puts on a page is waited for. */
export function useApart(): boolean | undefined {
  const { data, isFetched } = useTravel();
  return isFetched ? data === "apart" : undefined;
}
