import type { AccessView, Category } from "../../backend/types";

/** One visit of a doctor: the relay logs every kind of records by itself, a person thinks of it as one. */
export interface Fetch {
  first: AccessView;
  kinds: (Category | null)[];
  records: number;
  /** Proved only if every entry of it is. */
  proved: boolean;
}

/** Entries of one share that lie this close together are one visit. */
const together = 120;

/** Joins neighbouring entries (newest first) of one share; nothing is left out and no number is lost. */
export function fetches(accesses: AccessView[]): Fetch[] {
  const joined: Fetch[] = [];
  for (const access of accesses) {
    const last = joined.at(-1);
    const near =
      last && last.first.shareId === access.shareId && Math.abs(last.first.time - access.time) <= together;
    if (!near) {
      joined.push({
        first: access,
        kinds: [access.category],
        records: access.records,
        proved: access.proof === "verified",
      });
      continue;
    }
    if (!last.kinds.includes(access.category)) last.kinds.push(access.category);
    last.records += access.records;
    last.proved &&= access.proof === "verified";
  }
  return joined;
}
