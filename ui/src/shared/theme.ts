import type { Theme } from "../backend/types";

export type TextSize = "100" | "125" | "150" | "200";

const dark = () => window.matchMedia("(prefers-color-scheme: dark)");
let chosen: Theme = "system";

/** Colours as chosen, or as the computer's. */
export function applyTheme(theme: Theme): void {
  chosen = theme;
  const wantsDark = theme === "dark" || (theme === "system" && dark().matches);
  document.documentElement.dataset.theme = wantsDark ? "dark" : "light";
}

/** What is drawn now. */
export const isDark = (): boolean => document.documentElement.dataset.theme === "dark";

/** Text size is a habit of this window's reader, not of a profile: it is kept by the page itself. */
const textKey = "keyward.text-size";

export function textSize(): TextSize {
  const kept = window.localStorage.getItem(textKey);
  return kept === "125" || kept === "150" || kept === "200" ? kept : "100";
}

export function applyTextSize(size: TextSize): void {
  drawTextSize(size);
  window.localStorage.setItem(textKey, size);
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
