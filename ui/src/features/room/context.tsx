import { type ReactNode, createContext, use } from "react";
import type { RoomScope, VisibilityView } from "../../backend/types";
import type { RoomParams, RoomPlace } from "./address";
import { roomAddress } from "./address";

/** What every part of the reading room knows about where it stands. */
export interface Room {
  scope: RoomScope;
  /** `owner` reads "none recorded"; `reader` also knows "not shared with you". */
  reader: "owner" | "reader";
  place: RoomPlace;
  params: URLSearchParams;
  setParams: (change: RoomParams) => void;
  /** Whom the records are about, for the head of what is printed or copied. */
  person: string;
  /** Who can see records of these kinds; of all kinds without a list. */
  visibility: (kinds?: readonly string[]) => VisibilityView | undefined;
  /** Says so where it could not be found out who can see the records. */
  sight?: ReactNode;
  /** It is known that there is nothing: there is no place for what could be done with it. */
  empty?: boolean;
  /** The room stands inside another page (the preview): it has no page head of its own. */
  inside: boolean;
}

const RoomContext = createContext<Room | undefined>(undefined);

export const RoomProvider = RoomContext.Provider;

export function useRoom(): Room {
  const room = use(RoomContext);
  if (!room) throw new Error("outside of a reading room");
  return room;
}

/** Addresses of other places of the same room. */
export function useRoomLinks(): (place: RoomPlace, params?: RoomParams) => string {
  const { scope } = useRoom();
  return (place, params) => roomAddress(scope, place, params);
}
