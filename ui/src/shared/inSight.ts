const MOVING = new Set(["Tab", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"]);

/**
 * Where the keyboard moved the focus is scrolled into sight (WCAG 2.4.7). Engines do so by themselves, but WebKitGTK
 * that draws without OpenGL leaves the focus below the edge of a dialog that scrolls.
 */
export function startKeepingInSight(): void {
  document.addEventListener(
    "keydown",
    (event) => {
      if (!MOVING.has(event.key)) return;
      const before = document.activeElement;
      requestAnimationFrame(() => {
        const focused = document.activeElement;
        if (focused && focused !== before) bringIntoSight(focused);
      });
    },
    // Before a handler moves the focus itself, as those of dialogs and groups of choices do.
    true,
  );
}

/** A field that is drawn by its label is as wide and high as that. */
function bringIntoSight(focused: Element): void {
  (focused.closest("label") ?? focused).scrollIntoView({ block: "nearest", inline: "nearest" });
}
