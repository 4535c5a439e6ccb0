import { invoke } from "@tauri-apps/api/core";
import { getCurrentWindow } from "@tauri-apps/api/window";

/** The two things a window needs of the shell. */
export interface Transport {
  call(command: string, args?: Record<string, unknown>): Promise<unknown>;
  /** Listens; answers with what stops it. */
  on(event: string, heard: (payload: unknown) => void): Promise<() => void>;
  /** Label of the window: `welcome`, `patient-<id>`, `doctor-<id>`, `desk-<id>`. */
  label(): string;
}

/** The one DOM event by which the shell tells this very window something; see the shell's `events.rs`. */
const eventName = "keyward";

type Told = CustomEvent<{ event: string; payload?: unknown }>;

const shell: Transport = {
  call: (command, args) => invoke(command, args),
  on: (event, heard) => {
    const listener = (told: Event) => {
      const { detail } = told as Told;
      if (detail.event === event) heard(detail.payload);
    };
    window.addEventListener(eventName, listener);
    return Promise.resolve(() => {
      window.removeEventListener(eventName, listener);
    });
  },
  label: () => getCurrentWindow().label,
};

let transport: Transport = shell;

/**
 * In development, without the shell, the windows can be looked at in a browser with invented data. The mode
 * `gallery` is the same, built: the run over all screens in a real engine looks at it (`cargo xtask screens`).
 */
export async function startTransport(): Promise<void> {
  if ((import.meta.env.DEV || import.meta.env.MODE === "gallery") && !("__TAURI_INTERNALS__" in window)) {
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
