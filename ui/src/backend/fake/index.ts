/**
 * DEVELOPMENT ONLY: an invented backend for looking at the screens in a browser. `?window=patient&state=full`
 * chooses what is shown; production builds do not contain this folder (`import.meta.env.DEV`).
 * All people and values here are made up.
 */
import type { Transport } from "../transport";
import type { AppError } from "../types";
import { answer } from "./answers";
import { listeners, wanted } from "./wanted";

/**
 * Every text that was ever answered: what stands on a screen is one of these or comes from a catalogue, and the run over
 * all screens finds what is neither.
 */
const invented = new Set<string>();
Object.assign(window, { inventedWords: invented });

function note(value: unknown): void {
  if (typeof value === "string") invented.add(value);
  else if (typeof value === "object" && value !== null) for (const each of Object.values(value)) note(each);
}

const early = new Set(["session", "settings_read", "unlock", "lock", "activity"]);

async function respond(command: string, args: Record<string, unknown>): Promise<unknown> {
  await new Promise((done) => setTimeout(done, 30));
  if (!early.has(command)) {
    if (wanted.state === "loading") return new Promise(() => undefined);
    if (wanted.state === "error") throw { code: "relay-unreachable", params: {} } satisfies AppError;
  }
  const given: unknown = answer(command, args);
  note(given);
  return given;
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
