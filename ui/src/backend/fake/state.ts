/**
 * DEVELOPMENT ONLY: in which state an answer is given. The address says it for the whole window; in the gallery, where
 * states stand beside each other, a chart or a text to copy that is called like a state is in that state.
 */
import type * as T from "../types";
import { wanted } from "./wanted";

const named = new Set(["loading", "error", "empty"]);

export const scopeState = (scope: T.RoomScope | undefined): string =>
  scope && scope.kind !== "own" && named.has(scope.id) ? scope.id : wanted.state;

export const stateOf = (args: Record<string, unknown>): string =>
  typeof args.text === "string" && named.has(args.text)
    ? args.text
    : scopeState(args.scope as T.RoomScope | undefined);
