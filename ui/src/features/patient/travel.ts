import { useAnswer } from "../../app/queries";
import { patient } from "../../backend";

/** How quickly things travel in this profile. */
export const useTravel = () => useAnswer(["travel"], patient.travel);

/** Whether they do so one space at a time. Unknown is no. */
export const useApart = () => useTravel().data === "apart";
