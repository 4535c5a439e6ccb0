// Goes to a place of the open page (or stays, without an address), waits until nothing moves any more, and looks for text that is cut off.
// Arguments: address after the hash, state, whether words of the catalogue are in brackets (then those that are not are looked for), callback. Gives { waiting: what never came, findings: [...] }.
const [address, state, marked, done] = arguments;
const frame = () => new Promise((next) => requestAnimationFrame(next));
const pause = (time) => new Promise((next) => setTimeout(next, time));

// Neither a frame nor an answer of the invented backend is longer on its way unseen.
const quiet = 40;
// The page before stands there until the code of the next one has come.
let before;
let touched = performance.now();
const watcher = new MutationObserver(() => (touched = performance.now()));
watcher.observe(document.documentElement, {
  subtree: true,
  childList: true,
  attributes: true,
  characterData: true,
});

const moves = () =>
  document
    .getAnimations()
    .some(
      (each) =>
        each.playState === "running" &&
        each.effect?.getComputedTiming().endTime !== Infinity,
    );

function unready() {
  const headings = document.querySelectorAll("h1").length;
  if (before?.isConnected) return "the page before still stands there";
  if (headings === 1 && document.querySelector("h1").getClientRects().length === 0) return "its heading is not drawn yet";
  if (headings !== 1) return `${headings} headings of the first level`;
  if (state !== "loading" && window.invented?.isBusy())
    return "an answer is on its way";
  if (
    state === "partial" &&
    !document.querySelector("main .offline, main .notice")
  )
    return "nothing says that a part is missing";
  if ([...document.images].some((each) => !each.complete))
    return "a picture is on its way";
  if (
    state !== "loading" &&
    state !== "gallery" &&
    document.querySelector('.skeleton, [aria-label="Loading"]')
  )
    return "it is still loading";
  if (moves()) return "something is still moving";
  if (performance.now() - touched < quiet) return "it still changes";
  return undefined;
}

const nameOf = (element) => {
  const classes =
    typeof element.className === "string"
      ? element.className.trim().split(/\s+/).slice(0, 2)
      : [];
  const name = [element.localName, ...classes.filter(Boolean)].join(".");
  return `${name} “${(element.innerText ?? "").trim().replace(/\s+/g, " ").slice(0, 50)}”`;
};

const skipped =
  "svg *, iframe, input, textarea, select, option, [data-live-announcer], [data-live-announcer] *, .skip";
const cuts = (overflow) => overflow === "hidden" || overflow === "clip";
const scrolls = (overflow) => overflow === "auto" || overflow === "scroll";

function look(element, findings) {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  // Only for screen readers, or not there.
  if (
    box.width <= 1 ||
    box.height <= 1 ||
    style.visibility === "hidden" ||
    style.clipPath !== "none"
  )
    return;
  const wider = element.scrollWidth - element.clientWidth;
  const taller = element.scrollHeight - element.clientHeight;
  const inline =
    style.display.startsWith("inline") && !style.display.includes("-");
  // What is read last is dear: the words of all that stands in it.
  if (
    (wider <= 1 && taller <= 2) ||
    inline ||
    !(element.innerText ?? "").trim()
  )
    return;
  // A strip of which the beginning is shown, with a way to the rest.
  if (element.closest(".offline")?.querySelector("[aria-expanded=false]"))
    return;
  if (wider > 1 && cuts(style.overflowX))
    findings.push(`cut off at the side by ${wider} px: ${nameOf(element)}`);
  if (taller > 2 && cuts(style.overflowY))
    findings.push(`cut off below by ${taller} px: ${nameOf(element)}`);
  // A wide table may scroll in its own place, if the keyboard reaches it. One that folds does so before it would.
  const table =
    element.querySelector("table:not(.stacking)") &&
    (element.tabIndex >= 0 || element.querySelector("a[href], button"));
  if (wider > 1 && scrolls(style.overflowX) && !table)
    findings.push(`scrolls sideways by ${wider} px: ${nameOf(element)}`);
}

const months = Array.from(
  { length: 12 },
  (_, at) => new Date(2024, at, 1),
).flatMap((date) =>
  ["long", "short"].map((month) => date.toLocaleDateString("en-GB", { month })),
);
// Words that no catalogue can hold: the product's own name, what languages call themselves, keys of the keyboard, the first
// letters of a receipt’s number, a unit as it is read (its code has brackets), what the engine’s own dates and lists say, and
// the way out of a dialog that react-aria keeps for screen readers, which it translates itself.
const own = [
  "Keyward",
  "English",
  "Español",
  "简体中文",
  "Ctrl",
  "KB",
  "MB",
  "KW",
  "mmHg",
  "at",
  "and",
  "dismiss",
  ...months,
];

/** Words alone: numbers and signs aside, and the names of a record's elements taken apart as they are on the screen. */
const plain = (text) =>
  text
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replace(/[^\p{L}]+/gu, " ")
    .trim()
    .toLowerCase();

/** The words of a text that come neither from the catalogue (they are in brackets) nor from the records. */
function notOurs(text, known) {
  let rest = text;
  for (let before = ""; before !== rest;) {
    before = rest;
    rest = rest.replace(/⟦[^⟦⟧]*⟧/g, "|");
  }
  return rest
    .split(/[·•|;:()\n–—]+/)
    .map(plain)
    .filter((piece) => !known.texts.some((each) => each.includes(piece)))
    .filter((piece) =>
      piece
        .split(" ")
        .some((word) => word.length > 1 && !known.words.has(word)),
    );
}

/** What was answered, taken apart once for each text. */
const pieces = (window.pieces ??= new Map());
const piecesOf = (text) => {
  if (!pieces.has(text)) pieces.set(text, plain(text));
  return pieces.get(text);
};

function words(findings) {
  const texts = [...(window.invented?.words ?? [])].map(piecesOf);
  const known = {
    texts,
    words: new Set([
      ...texts.flatMap((each) => each.split(" ")),
      ...own.map(plain),
    ]),
  };
  const told = (text, where) => {
    for (const piece of notOurs(text, known))
      findings.push(`in no catalogue: “${piece}” in ${nameOf(where)}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  // Initials are made of a name; a source is shown as it came.
  const aside = "script, style, iframe, .emblem, pre.source";
  const whole = new Set();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const around = node.parentElement;
    if (!around || around.closest(aside)) continue;
    // A text with pieces that are not broken is one text.
    const host = around.closest(".whole")?.parentElement ?? around;
    if (!host.querySelector(":scope > .whole")) told(node.data, around);
    else if (!whole.has(host)) whole.add(host) && told(host.textContent, host);
  }
  for (const name of [
    "aria-label",
    "aria-description",
    "aria-valuetext",
    "title",
    "placeholder",
    "alt",
  ])
    for (const element of document.querySelectorAll(`[${name}]`))
      told(element.getAttribute(name), element);
  told(document.title, document.head);
}

async function visit() {
  if (address !== null && location.hash !== `#${address}`) {
    if (address !== (location.hash.slice(1) || "/")) before = document.querySelector("h1");
    const changed = new Promise((next) =>
      addEventListener("hashchange", next, { once: true }),
    );
    location.hash = address;
    await Promise.race([changed, pause(1000)]);
  }
  // What another screen was told before must not stand in for what this one is not told.
  if (state === "partial") window.invented?.anew();
  await document.fonts.ready;
  const until = performance.now() + 8000;
  let waiting;
  do {
    await frame();
    await pause(20);
    waiting = unready();
    // Between an answer and what is asked because of it nothing is on its way for a turn.
    for (let turn = 0; turn < 2 && waiting === undefined; turn += 1) {
      await pause(0);
      waiting = unready();
    }
  } while (waiting !== undefined && performance.now() < until);
  watcher.disconnect();
  const findings = [];
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth + 1)
    findings.push(
      `the page is ${page.scrollWidth - page.clientWidth} px wider than the window`,
    );
  for (const element of document.body.querySelectorAll(`:not(:is(${skipped}))`))
    look(element, findings);
  if (marked) words(findings);
  return { waiting: waiting ?? null, findings };
}

visit().then(done, (error) => done({ waiting: String(error), findings: [] }));
