import { createContext, use } from "react";
import type { SessionView } from "../backend/types";

/** The unlocked session of this window; only what stands inside the frame may ask for it. */
export const SessionContext = createContext<SessionView | undefined>(undefined);

export function useSession(): SessionView {
  const session = use(SessionContext);
  if (!session) throw new Error("outside of a session");
  return session;
}
