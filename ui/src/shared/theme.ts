import type { Theme } from "../backend/types";

export type TextSize = "100" | "125" | "150" | "200";

const dark = () => window.matchMedia("(prefers-color-scheme: dark)");
let chosen: Theme = "system";

/** Colours as chosen, or as the computer's. */
export function applyTheme(theme: Theme): void {
  chosen = theme;
  const isDark = theme === "dark" || (theme === "system" && dark().matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
}

/** Text size is a habit of this window's reader, not of a profile: it is kept by the page itself. */
const textKey = "keyward.text-size";

export function textSize(): TextSize {
  const kept = window.localStorage.getItem(textKey);
  return kept === "125" || kept === "150" || kept === "200" ? kept : "100";
}

export function applyTextSize(size: TextSize): void {
  document.documentElement.dataset.text = size;
  window.localStorage.setItem(textKey, size);
}

export function startTheme(): void {
  applyTheme("system");
  document.documentElement.dataset.text = textSize();
  dark().addEventListener("change", () => {
    applyTheme(chosen);
  });
}
