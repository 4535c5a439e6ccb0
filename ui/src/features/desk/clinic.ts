import { useSession } from "../../app/session";
import type { VisibilityView } from "../../backend/types";

/** Who can see what stands in a desk window: everybody at this clinic's desk. */
export function useClinic(): VisibilityView {
  const session = useSession();
  return { kind: "clinic", name: session.clinicName ?? session.profileName };
}
