/** Words for screen readers when something changed without the focus moving. */
let region: HTMLElement | undefined;
let frame = 0;
/** From a lock to the next unlock: what was begun before may end in between, and name a person. */
let silent = false;

export function startAnnouncing(): void {
  region = document.createElement("div");
  region.className = "hidden-visually";
  region.setAttribute("role", "status");
  region.setAttribute("aria-live", "polite");
  document.body.append(region);
}

export function announce(words: string): void {
  if (!region || silent) return;
  empty();
  frame = window.requestAnimationFrame(() => {
    if (region) region.textContent = words;
  });
}

/** On lock: nothing that was said stays, nor what is about to be said, and nothing more is said. */
export function silence(): void {
  silent = true;
  empty();
}

/** On unlock. */
export function endSilence(): void {
  silent = false;
}

export const isSilent = (): boolean => silent;

function empty(): void {
  window.cancelAnimationFrame(frame);
  if (region) region.textContent = "";
}
