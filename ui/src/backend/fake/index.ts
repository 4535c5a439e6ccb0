/**
 * DEVELOPMENT ONLY: an invented backend for looking at the screens in a browser. `?window=patient&state=full`
 * chooses what is shown; production builds do not contain this folder (`import.meta.env.DEV`).
 * All people and values here are made up.
 */
import type { Transport } from "../transport";
import type { AppError } from "../types";
import { answer } from "./answers";
import { partOf, refuser } from "./partial";
import { isEarly, note, noteLetters, onItsWay } from "./stage";
import { stateOf } from "./state";
import { listeners, wanted } from "./wanted";

async function respond(command: string, args: Record<string, unknown>): Promise<unknown> {
  noteLetters();
  const state = stateOf(args);
  if (state === "loading" && !isEarly(command)) return new Promise(() => undefined);
  const refuse = refuser();
  return onItsWay(command, () => {
    if (state === "error" && !isEarly(command))
      throw { code: wanted.gallery ? "vault-busy" : "relay-unreachable", params: {} } satisfies AppError;
    if (command === "settings_read" || !isEarly(command)) refuse(command, args);
    const given = partOf(command, answer(command, args));
    note(given);
    return given;
  });
}

export function fakeTransport(): Transport {
  return {
    call: (command, args = {}) => respond(command, args),
    on: (event, heard) => {
      const known = listeners.get(event) ?? new Set();
      known.add(heard);
      listeners.set(event, known);
      return Promise.resolve(() => {
        known.delete(heard);
      });
    },
    label: () => (wanted.window === "welcome" ? "welcome" : `${wanted.window}-fake`),
  };
}
