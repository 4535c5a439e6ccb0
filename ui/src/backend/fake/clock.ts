/**
 * DEVELOPMENT ONLY: the invented backend's clock. In the gallery, whose pictures are compared, it stands still.
 */
import { wanted } from "./wanted";

export const day = 86_400;

/** Seconds since 1970. */
export const now = wanted.gallery ? Date.UTC(2026, 10, 22, 12) / 1000 : Math.floor(Date.now() / 1000);
