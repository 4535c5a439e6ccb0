import { invoke } from "@tauri-apps/api/core";
import { getCurrentWindow } from "@tauri-apps/api/window";
import { listen } from "@tauri-apps/api/event";

/** The two things a window needs of the shell. */
export interface Transport {
  call(command: string, args?: Record<string, unknown>): Promise<unknown>;
  /** Listens; answers with what stops it. */
  on(event: string, heard: (payload: unknown) => void): Promise<() => void>;
  /** Label of the window: `welcome`, `patient-<id>`, `doctor-<id>`, `desk-<id>`. */
  label(): string;
}

const shell: Transport = {
  call: (command, args) => invoke(command, args),
  on: (event, heard) =>
    listen(event, (message) => {
      heard(message.payload);
    }),
  label: () => getCurrentWindow().label,
};

let transport: Transport = shell;

/** In development, without the shell, the windows can be looked at in a browser with invented data. */
export async function startTransport(): Promise<void> {
  if (import.meta.env.DEV && !("__TAURI_INTERNALS__" in window)) {
    const { fakeTransport } = await import("./fake");
    transport = fakeTransport();
  }
}

/** For unit tests: another end of the line. */
export function setTransportForTests(other: Transport): void {
  transport = other;
}

export const call = (command: string, args?: Record<string, unknown>): Promise<unknown> =>
  transport.call(command, args);
export const on = (event: string, heard: (payload: unknown) => void): Promise<() => void> =>
  transport.on(event, heard);
export const windowLabel = (): string => transport.label();
