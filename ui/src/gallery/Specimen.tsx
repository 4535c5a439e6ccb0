import { type ReactNode, useEffect, useRef } from "react";
import type { RoomScope } from "../backend/types";
import { type Room, RoomProvider } from "../features/room/context";
import { own } from "./samples";

/** One component in one state, with the name of the state below. */
export function Specimen({ name, children, wide }: { name: string; children: ReactNode; wide?: boolean }) {
  return (
    <figure className={wide ? "specimen specimen-wide" : "specimen"}>
      <div className="specimen-body">{children}</div>
      <figcaption className="soft small">{name}</figcaption>
    </figure>
  );
}

export function Specimens({ children }: { children: ReactNode }) {
  return <div className="specimens">{children}</div>;
}

/** As after a person has pressed its first button, or the one `at` a selector. */
export function Pressed({ at = "button", children }: { at?: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.querySelector<HTMLElement>(at)?.click();
  }, [at]);
  return <div ref={box}>{children}</div>;
}

/** With the outline of what the keyboard is at: only one place of a window can really have it. */
export function Focused({ at, children }: { at: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.querySelector(at)?.setAttribute("data-focus-visible", "");
  });
  return <div ref={box}>{children}</div>;
}

/** What reads a chart stands in a reading room. */
export function InRoom({
  scope = own,
  reader = "owner",
  children,
}: {
  scope?: RoomScope;
  reader?: Room["reader"];
  children: ReactNode;
}) {
  const room: Room = {
    scope,
    reader,
    place: { at: "results" },
    params: new URLSearchParams(),
    setParams: nothing,
    person: "Test-Anna Maria Muster-Sample",
    visibility: () => ({ kind: "onlyYou" }),
    inside: false,
  };
  return <RoomProvider value={room}>{children}</RoomProvider>;
}

export const nothing = (): void => undefined;
