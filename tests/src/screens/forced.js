// As with forced colours: every colour is one of the system's, shadows and pictures behind are gone, and the rules the page
// has for this hold. Gives what is then told by colour alone.
const system = `
  html { background-color: Canvas !important }
  *, *::before, *::after { color: CanvasText !important; background-color: transparent !important; border-color: CanvasText !important;
    outline-color: CanvasText !important; box-shadow: none !important; text-shadow: none !important; background-image: none !important }
  a, a * { color: LinkText !important }
  button, button * { color: ButtonText !important; border-color: ButtonText !important }`;

/** A rule made for forced colours wins over them: it names the system's colours itself. */
const kept = (rule) =>
  `${rule.selectorText} { ${[...rule.style].map((name) => `${name}: ${rule.style.getPropertyValue(name)} !important`).join("; ")} }`;

const forced = (rules) =>
  [...rules].flatMap((rule) => {
    if (!(rule instanceof CSSMediaRule))
      return rule.cssRules && !rule.selectorText ? forced(rule.cssRules) : [];
    return rule.conditionText.includes("forced-colors: active")
      ? [...rule.cssRules].map(kept)
      : [];
  });

if (![...document.adoptedStyleSheets].some((sheet) => sheet.forced)) {
  const sheet = new CSSStyleSheet();
  sheet.forced = true;
  sheet.replaceSync(
    system +
      [...document.styleSheets]
        .flatMap((each) => forced(each.cssRules))
        .join("\n"),
  );
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

const shown = (element) =>
  element.getClientRects().length > 0 &&
  getComputedStyle(element).visibility !== "hidden";
const lines = (element, pseudo) => {
  const style = getComputedStyle(element, pseudo);
  const width = (side) =>
    style[`border${side}Style`] === "none" ? "0" : style[`border${side}Width`];
  return [
    ["Top", "Right", "Bottom", "Left"].map(width).join(" "),
    style.outlineStyle === "none" ? "0" : style.outlineWidth,
    style.textDecorationLine,
    style.fontWeight,
    pseudo
      ? `${style.content} ${style.width}`
      : String(element.querySelectorAll("svg:not([visibility=hidden])").length),
  ].join("|");
};
/** Everything about an element that is not a colour. */
const form = (element) =>
  [element, ...element.querySelectorAll("*")]
    .map((each) =>
      [lines(each), lines(each, "::before"), lines(each, "::after")].join("/"),
    )
    .join("\n");

const chosen =
  "[aria-current]:not([aria-current=false]), [data-selected], [aria-pressed=true], [aria-checked=true], [aria-selected=true]";
const findings = [];
for (const element of document.querySelectorAll(chosen)) {
  const other = [...(element.parentElement?.children ?? [])].find(
    (each) =>
      each !== element &&
      each.localName === element.localName &&
      !each.matches(chosen) &&
      shown(each),
  );
  if (shown(element) && other && form(element) === form(other))
    findings.push(
      `chosen by colour alone: ${element.localName} “${(element.innerText ?? "").trim().slice(0, 40)}”`,
    );
}
for (const button of document.querySelectorAll(
  "button, input:not([type=hidden]), select, textarea",
))
  if (
    shown(button) &&
    !/[1-9]/.test(lines(button).split("|")[0]) &&
    !(button.innerText ?? "").trim() &&
    !button.querySelector("svg") &&
    !button.closest(".hidden-visually, label, [data-rac] label")
  )
    findings.push(
      `nothing of it is to be seen: ${button.localName} ${button.className} “${button.ariaLabel ?? ""}”`,
    );
return findings;
