import { use } from "react";
import { href } from "../../app/router";
import { SessionContext } from "../../app/session";
import type { VisibilityView, VisibleTo } from "../../backend/types";
import { t } from "../../locales/i18n";
import { fullDate } from "../format/dates";
import { Sight } from "./Sight";

/**
 * Who can see it, in one quiet line. It is computed by the core from live shares, never guessed here; pressing it
 * opens the place where it can be changed.
 */
export function VisibilityLine({ visibility }: { visibility: VisibilityView }) {
  const isHers = use(SessionContext)?.role === "patient";
  const place = isHers ? placeToChange(visibility) : undefined;
  const shared = visibility.kind === "shared";
  const className = shared ? "visibility visibility-shared" : "visibility";
  const inside = (
    <>
      <Sight visibility={visibility} />
      <span>{visibilitySentence(visibility)}</span>
    </>
  );
  return place ? (
    <a className={className} href={href(place)}>
      {inside}
    </a>
  ) : (
    <p className={className}>{inside}</p>
  );
}

/** The sentence of the line. */
export function visibilitySentence(visibility: VisibilityView): string {
  switch (visibility.kind) {
    case "onlyYou":
      return t("visibility.onlyYou");
    case "received":
      return t("visibility.received", { from: visibility.from, until: fullDate(visibility.until) });
    case "clinic":
      return t("visibility.clinic", { name: visibility.name });
    case "shared":
      return sharedSentence(visibility.with);
  }
}

function sharedSentence(readers: { name: string; until: number }[]): string {
  const [first, second] = readers;
  if (!first) return t("visibility.onlyYou");
  if (readers.length === 1) return t("visibility.one", { name: first.name, until: fullDate(first.until) });
  if (readers.length === 2 && second)
    return t("visibility.two", {
      first: first.name,
      second: second.name,
      until: fullDate(Math.max(first.until, second.until)),
    });
  return t("visibility.many", {
    first: first.name,
    others: readers.length - 1,
    until: fullDate(Math.max(...readers.map((reader) => reader.until))),
  });
}

/** Who sees any of several things: every reader once, by the share that lasts longest, soonest end first. */
export function together(lines: VisibilityView[]): VisibilityView {
  const readers = new Map<string, VisibleTo>();
  for (const line of lines) {
    if (line.kind !== "shared") continue;
    for (const reader of line.with) readers.set(reader.shareId, reader);
  }
  const all = [...readers.values()].sort((a, b) => a.until - b.until);
  return all.length === 0 ? { kind: "onlyYou" } : { kind: "shared", with: all };
}

/** Where what the line says can be changed; a reader has no such place. */
function placeToChange(visibility: VisibilityView): string | undefined {
  if (visibility.kind === "onlyYou") return "/sharing";
  if (visibility.kind !== "shared") return undefined;
  const [only] = visibility.with;
  return visibility.with.length === 1 && only ? `/sharing/${encodeURIComponent(only.shareId)}` : "/sharing";
}
