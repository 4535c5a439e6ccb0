import { useSyncExternalStore } from "react";
import { type RouteId, type RouteEntry, routes } from "./routes";

/** Where the window is: the route and its parameters, read from the address after `#`. */
export interface Place {
  route: RouteEntry;
  path: string;
  params: Record<string, string>;
}

/** The path after `#`, always beginning with a slash. */
export function currentPath(): string {
  const hash = window.location.hash.slice(1).split("?")[0] ?? "";
  return hash.startsWith("/") ? hash : "/";
}

/** Goes to a place; the address is the only state of the router. */
export function navigate(path: string, how: "push" | "replace" = "push"): void {
  if (how === "replace") {
    window.history.replaceState(null, "", `#${path}`);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    window.location.hash = path;
  }
}

export const href = (path: string): string => `#${path}`;

/** Parameters if the pattern fits the path. `:name` takes one segment. */
export function match(pattern: string, path: string): Record<string, string> | undefined {
  const want = pattern.split("/");
  const have = path.replace(/\/+$/, "").split("/");
  if (path === "/" && pattern === "/") return {};
  if (want.length !== have.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of want.entries()) {
    const given = have[index] ?? "";
    if (part.startsWith(":")) {
      if (given === "") return undefined;
      params[part.slice(1)] = decodeURIComponent(given);
    } else if (part !== given) {
      return undefined;
    }
  }
  return params;
}

/** The place of a path among the routes of one window kind. */
export function placeOf(path: string, window: RouteEntry["window"]): Place | undefined {
  for (const route of routes) {
    if (route.window !== window && (route.window !== "any" || window === "welcome")) continue;
    const params = match(route.path, path);
    if (params) return { route, path, params };
  }
  return undefined;
}

const subscribe = (changed: () => void) => {
  window.addEventListener("hashchange", changed);
  return () => {
    window.removeEventListener("hashchange", changed);
  };
};

export const usePath = (): string => useSyncExternalStore(subscribe, currentPath);

export type { RouteId };
