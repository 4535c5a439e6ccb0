/** Words for screen readers when something changed without the focus moving. */
let region: HTMLElement | undefined;

export function startAnnouncing(): void {
  region = document.createElement("div");
  region.className = "hidden-visually";
  region.setAttribute("role", "status");
  region.setAttribute("aria-live", "polite");
  document.body.append(region);
}

export function announce(words: string): void {
  if (!region) return;
  region.textContent = "";
  window.requestAnimationFrame(() => {
    if (region) region.textContent = words;
  });
}
