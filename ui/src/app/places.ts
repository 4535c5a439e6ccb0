import type { Role } from "../backend/types";
import { type RouteEntry, routes } from "./routes";

type Place = RouteEntry & Required<Pick<RouteEntry, "rail">>;

/** The places in the rail of a role, in the order of the route table. */
export function railOf(role: Role): Place[] {
  return (routes as readonly RouteEntry[]).filter(
    (route): route is Place => route.window === role && route.rail !== undefined,
  );
}
