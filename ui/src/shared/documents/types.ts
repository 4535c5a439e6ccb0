import type { RoomScope } from "../../backend/types";

/** Which document: the n-th of a record, seen from a scope. */
export interface DocumentAt {
  scope: RoomScope;
  recordId: string;
  index: number;
}

/** The same document is the same text. */
export const keyOf = ({ scope, recordId, index }: DocumentAt): string =>
  JSON.stringify({ scope, recordId, index });

/** The document again: an object that stays the same as long as the key does serves effects. */
export const documentOf = (key: string): DocumentAt => JSON.parse(key) as DocumentAt;

/** Width of a page on the screen: as wide as there is room, or in percent of its own size. */
export type Zoom = "fit" | number;

export const zoomSteps = [50, 75, 100, 125, 150, 200, 300, 400] as const;

/** The next step up or down from a width in percent. */
export function zoomStep(percent: number, up: boolean): number {
  const next = up
    ? zoomSteps.find((step) => step > percent + 1)
    : [...zoomSteps].reverse().find((step) => step < percent - 1);
  return next ?? (up ? 400 : 50);
}

/** A quarter turn clockwise at a time. */
export type Turn = 0 | 90 | 180 | 270;

export const turned = (turn: Turn): Turn => ((turn + 90) % 360) as Turn;

/**
 * Pixels to ask for: what the screen shows, in steps, so that a window being resized does not draw each page anew;
 * at most what a page can use.
 */
export function pixelsFor(cssWidth: number, density: number): number {
  const wanted = Math.max(1, cssWidth) * Math.min(Math.max(density, 1), 3);
  return Math.min(3600, Math.ceil(wanted / 200) * 200);
}
