/** Words for screen readers when something changed without the focus moving. */
let region: HTMLElement | undefined;
let frame = 0;

export function startAnnouncing(): void {
  region = document.createElement("div");
  region.className = "hidden-visually";
  region.setAttribute("role", "status");
  region.setAttribute("aria-live", "polite");
  document.body.append(region);
}

export function announce(words: string): void {
  if (!region) return;
  silence();
  frame = window.requestAnimationFrame(() => {
    if (region) region.textContent = words;
  });
}

/** On lock: nothing that was said stays, nor what is about to be said. It may name a person. */
export function silence(): void {
  window.cancelAnimationFrame(frame);
  if (region) region.textContent = "";
}
