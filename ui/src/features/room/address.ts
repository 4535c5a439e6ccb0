import { useSyncExternalStore } from "react";
import type { RoomScope } from "../../backend/types";

/** A place in the reading room. The same places exist for the patient, her preview and the doctor. */
export type RoomPlace =
  | { at: "summary" | "timeline" | "results" | "comparison" | "medicines" | "documents" | "search" | "sheet" }
  | { at: "trend"; analyte: string }
  | { at: "record"; id: string }
  | { at: "document"; id: string; n: number };

export type RoomParams = Record<string, string | undefined>;

const segments = {
  summary: "",
  timeline: "/timeline",
  results: "/results",
  comparison: "/comparison",
  medicines: "/medicines",
  documents: "/documents",
  search: "/search",
  sheet: "/sheet",
} as const;

/** What stands after the base of a room. */
function tail(place: RoomPlace): string {
  if (place.at === "trend") return `/results/${encodeURIComponent(place.analyte)}`;
  if (place.at === "document") return `/${encodeURIComponent(place.id)}/document/${String(place.n)}`;
  return place.at === "record" ? `/${encodeURIComponent(place.id)}` : segments[place.at];
}

function query(params: RoomParams): string {
  const known = Object.entries(params).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return known.length === 0 ? "" : `?${new URLSearchParams(known).toString()}`;
}

/** The address of a place of a room, to be put behind `#`. */
export function roomAddress(scope: RoomScope, place: RoomPlace, params: RoomParams = {}): string {
  const rest = `${tail(place)}${query(params)}`;
  switch (scope.kind) {
    case "own":
      return place.at === "search" ? `/search${query(params)}` : `/records${rest}`;
    case "share":
      return `/patients/${encodeURIComponent(scope.id)}${rest}`;
    // A preview lives inside the wizard: its places are written behind the wizard's own address.
    case "preview":
      return `/sharing/new?at=${encodeURIComponent(rest || "/")}`;
  }
}

/** Which place a preview shows, and its parameters, from the wizard's `at`. */
export function previewPlace(at: string): { place: RoomPlace; params: URLSearchParams } {
  const [path = "", search = ""] = at.split("?");
  const params = new URLSearchParams(search);
  const [first = "", second, third] = path.split("/").slice(1).map(decodeURIComponent);
  if (first === "results" && second) return { place: { at: "trend", analyte: second }, params };
  if (second === "document") return { place: { at: "document", id: first, n: Number(third) || 0 }, params };
  if (first === "") return { place: { at: "summary" }, params };
  const known = Object.keys(segments).find(
    (name): name is keyof typeof segments => segments[name as keyof typeof segments] === `/${first}`,
  );
  return { place: known ? { at: known } : { at: "record", id: first }, params };
}

/** What stands behind `?` of the address after `#`. */
export const addressQuery = (): string => window.location.hash.split("?").slice(1).join("?");

const subscribe = (changed: () => void) => {
  window.addEventListener("hashchange", changed);
  return () => {
    window.removeEventListener("hashchange", changed);
  };
};

/** The parameters of the address, drawn again when they change. */
export const useAddressQuery = (): string => useSyncExternalStore(subscribe, addressQuery);

/**
 * Where a search for these words goes from here: all of one's own records, or the chart that is open. `undefined`
 * where there is nothing to search (a doctor's window without an open chart, a desk).
 */
export function searchAddress(role: string, words: string): string | undefined {
  const params = { q: words };
  if (role === "patient") return roomAddress({ kind: "own" }, { at: "search" }, params);
  const share = /^#\/patients\/([^/?]+)/.exec(window.location.hash)?.[1];
  return role === "doctor" && share
    ? roomAddress({ kind: "share", id: decodeURIComponent(share) }, { at: "search" }, params)
    : undefined;
}
