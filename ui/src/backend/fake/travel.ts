import { day, now } from "./clock";
import type * as T from "../types";

/** As a space is where things travel apart: the second has nobody yet. */
export const waiting = (space: T.SpaceView, index: number): T.SpaceView => ({
  ...space,
  waits: { by: now + (index === 0 ? 4 : 30) * day, persona: index === 1 },
  anonymity: { ...space.anonymity, apart: true },
});
