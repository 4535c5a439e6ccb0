/** What has the focus is not left under something that comes at the foot of the window (WCAG 2.4.11). */
export function uncover(cover: HTMLElement): void {
  const focused = document.activeElement;
  if (!focused?.matches(":focus-visible") || cover.contains(focused)) return;
  const [one, other] = [focused.getBoundingClientRect(), cover.getBoundingClientRect()];
  const apart =
    one.bottom <= other.top || one.top >= other.bottom || one.right <= other.left || one.left >= other.right;
  // As far as the style sheet keeps free for it.
  if (!apart) focused.scrollIntoView({ block: "nearest" });
}
