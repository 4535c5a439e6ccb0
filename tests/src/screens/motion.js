// With less motion asked for: gives what still takes time to change, on the screen and behind it.
const longest = 1; // Milliseconds.
const milliseconds = (list) =>
  list
    .split(",")
    .map((each) => parseFloat(each) * (each.trim().endsWith("ms") ? 1 : 1000));
const isLong = (list) => milliseconds(list).some((each) => each > longest);

const found = new Set();
if (!matchMedia("(prefers-reduced-motion: reduce)").matches)
  found.add("the engine was not told that less motion is wanted");

const nameOf = (element, pseudo) => {
  const classes =
    typeof element.className === "string"
      ? element.className.trim().split(/\s+/).slice(0, 2)
      : [];
  return (
    [element.localName, ...classes.filter(Boolean)].join(".") + (pseudo ?? "")
  );
};

for (const element of document.querySelectorAll("*"))
  for (const pseudo of [undefined, "::before", "::after"]) {
    const style = getComputedStyle(element, pseudo);
    if (pseudo && style.content === "none") continue;
    if (style.transitionProperty !== "none" && isLong(style.transitionDuration))
      found.add(
        `changes in ${style.transitionDuration}: ${nameOf(element, pseudo)}`,
      );
    if (style.animationName !== "none" && isLong(style.animationDuration))
      found.add(
        `moves for ${style.animationDuration}: ${nameOf(element, pseudo)}`,
      );
    if (style.scrollBehavior === "smooth")
      found.add(`scrolls slowly: ${nameOf(element, pseudo)}`);
  }
for (const each of document.getAnimations()) {
  const { endTime } = each.effect?.getComputedTiming() ?? {};
  if (each.playState === "running" && endTime > longest)
    found.add(
      `is moving: ${each.effect.target ? nameOf(each.effect.target, each.effect.pseudoElement) : each.id}`,
    );
}
return [...found];
