import { useSyncExternalStore } from "react";
import type { Theme } from "../backend/types";

/** In percent, the smallest first. */
export const sizes = ["100", "125", "150", "200"] as const;
export type TextSize = (typeof sizes)[number];

const watchers = new Set<() => void>();

const watch = (watcher: () => void) => {
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
  };
};

const tellWatchers = () => {
  for (const watcher of watchers) watcher();
};

const dark = () => window.matchMedia("(prefers-color-scheme: dark)");
let chosen: Theme = "system";

/** Colours as chosen, or as the computer's. */
export function applyTheme(theme: Theme): void {
  chosen = theme;
  const wantsDark = theme === "dark" || (theme === "system" && dark().matches);
  document.documentElement.dataset.theme = wantsDark ? "dark" : "light";
  tellWatchers();
}

/** What is drawn now. */
export const isDark = (): boolean => document.documentElement.dataset.theme === "dark";

/** The same for what cannot take its colours from the page's own style sheet. */
export const useIsDark = (): boolean => useSyncExternalStore(watch, isDark);

/** The letters of the interface. */
export const letters = '16px "Inter Variable"';

/** Brings them before the first drawing: words that change their letters change their length under the eye. */
export const startLetters = (): Promise<unknown> => document.fonts.load(letters).catch(() => undefined);

/** Text size is a habit of this window's reader, not of a profile: it is kept by the page itself. */
const textKey = "keyward.text-size";

export function textSize(): TextSize {
  const kept = window.localStorage.getItem(textKey);
  return sizes.find((size) => size === kept) ?? "100";
}

/** The size now, wherever it was changed. */
export const useTextSize = (): TextSize => useSyncExternalStore(watch, textSize);

export function applyTextSize(size: TextSize): void {
  drawTextSize(size);
  window.localStorage.setItem(textKey, size);
  tellWatchers();
}

function drawTextSize(size: TextSize): void {
  document.documentElement.dataset.text = size;
  // Engines do not ask container queries in rem again when only the root's font changes: let go and take hold.
  const root = document.getElementById("root");
  if (!root) return;
  root.style.containerType = "normal";
  void root.offsetWidth;
  root.style.containerType = "";
}

export function startTheme(): void {
  applyTheme("system");
  drawTextSize(textSize());
  dark().addEventListener("change", () => {
    applyTheme(chosen);
  });
}
