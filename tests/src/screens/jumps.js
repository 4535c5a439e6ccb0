// Draws a place of the open page anew with every answer held back, lets the answers go one at a time, and measures from
// frame to frame what has moved that was there before: the layout shift score of web.dev/cls, which this engine has no
// interface for.
// Arguments: address after the hash, which answer goes next ("first" or "last" of those that wait), callback.
// Gives { score: summed over all answers, answers: how many came, most: how many waited at once, jumps: [what moved], waiting: what never came,
// letters: whether the first words stood there in the letters they have now }.
const [address, which, done] = arguments;
const frame = () => new Promise((next) => requestAnimationFrame(next));
const turn = () => new Promise((next) => setTimeout(next, 0));

let changed = true;
const watcher = new MutationObserver(() => (changed = true));
watcher.observe(document.body, {
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

/** Why the page is not yet as it will be until the next answer comes. */
function unready() {
  if (document.querySelectorAll("h1").length !== 1) return "it has no heading";
  if (document.fonts.status !== "loaded") return "letters are on their way";
  if ([...document.images].some((each) => !each.complete))
    return "a picture is on its way";
  if (moves()) return "something is still moving";
  return undefined;
}

/** Sees every frame until what was let go has been drawn: its promises have run their course, and two frames changed nothing. */
async function settled(see) {
  const until = performance.now() + 6000;
  for (let round = 0; round < 3; round += 1) await turn();
  for (let quiet = 0; quiet < 2;) {
    await frame();
    if (changed) see();
    const waiting = unready();
    quiet = changed || waiting ? 0 : quiet + 1;
    changed = false;
    if (performance.now() > until) return waiting ?? "it still changes";
  }
  return undefined;
}

// Drawn anew in another state, these are the same thing to whoever looks.
const same = [
  "main",
  "h1",
  ".banner",
  ".page-main",
  ".page-head .visibility",
  ".room-nav",
];
const onlyHeard = ".hidden-visually, [data-live-announcer]";

/** Where every box stands, in the order of the page. */
function boxes() {
  const all = new Map();
  for (const element of document.body.querySelectorAll(":not(svg *)")) {
    const box = element.getBoundingClientRect();
    if (box.width > 1 && box.height > 1) all.set(element, box);
  }
  return {
    all,
    named: new Map(same.map((name) => [name, document.querySelector(name)])),
  };
}

/** The place where strips stand on one another: nothing of it is drawn but they. */
const place = ".foot";

const isSeen = (element) =>
  !element.matches(place) &&
  !element.closest(onlyHeard) &&
  element.checkVisibility({ visibilityProperty: true, opacityProperty: true });

/** The part of a box that is in the window. */
function inSight(box) {
  const [left, top] = [Math.max(box.left, 0), Math.max(box.top, 0)];
  const [right, bottom] = [
    Math.min(box.right, innerWidth),
    Math.min(box.bottom, innerHeight),
  ];
  return right > left && bottom > top
    ? { left, top, right, bottom }
    : undefined;
}

/** What was there before and has moved: at least three pixels, as in a browser that counts this itself. */
function moved(before, after) {
  const pairs = [...before.all].map(([element, box]) => [
    element,
    box,
    after.all.get(element),
  ]);
  for (const [name, element] of before.named) {
    const now = after.named.get(name);
    if (element && now && now !== element)
      pairs.push([now, before.all.get(element), after.all.get(now)]);
  }
  const found = [];
  for (const [element, from, to] of pairs) {
    if (!from || !to) continue;
    const far = Math.max(
      Math.abs(to.left - from.left),
      Math.abs(to.top - from.top),
    );
    if (far < 3 || !isSeen(element)) continue;
    const sights = [inSight(from), inSight(to)].filter(Boolean);
    if (sights.length > 0)
      found.push({
        element,
        far,
        sights,
        down: to.top - from.top,
        aside: to.left - from.left,
      });
  }
  return found;
}

/** Area of all the boxes together, counted in squares of four pixels. */
function areaOf(sights) {
  const [columns, rows] = [
    Math.ceil(innerWidth / 4),
    Math.ceil(innerHeight / 4),
  ];
  const covered = new Uint8Array(columns * rows);
  for (const { left, top, right, bottom } of sights)
    for (let row = Math.floor(top / 4); row < Math.ceil(bottom / 4); row += 1)
      covered.fill(
        1,
        row * columns + Math.floor(left / 4),
        row * columns + Math.ceil(right / 4),
      );
  return covered.reduce((sum, each) => sum + each, 0) / covered.length;
}

const score = (found) =>
  areaOf(found.flatMap(({ sights }) => sights)) *
  Math.min(
    1,
    Math.max(...found.map(({ far }) => far)) /
      Math.max(innerWidth, innerHeight),
  );

function nameOf({ element, down, aside }) {
  const classes =
    typeof element.className === "string"
      ? element.className.trim().split(/\s+/).slice(0, 2)
      : [];
  const words = (element.innerText ?? "")
    .trim()
    .replace(/\s+/g, " ")
    .slice(0, 40);
  return `${[element.localName, ...classes.filter(Boolean)].join(".")} “${words}” by ${Math.round(aside)}, ${Math.round(down)} px`;
}

/** The outermost of what moved. */
const outermost = (found) =>
  found.filter(
    ({ element }) =>
      !found.some((other) => other.element === element.parentElement),
  );

async function watch() {
  while (!window.invented) await frame();
  const { invented } = window;
  if (address !== null && location.hash !== `#${address}`) {
    const gone = new Promise((next) =>
      addEventListener("hashchange", next, { once: true }),
    );
    location.hash = address;
    await gone;
  }
  invented.anew();
  await document.fonts.ready;
  const told = { score: 0, answers: 0, most: 0, jumps: [] };
  told.waiting = (await settled(() => {})) ?? null;
  let before = boxes();
  let command;
  // From frame to frame: what jumps away and back again has moved twice.
  const see = () => {
    const after = boxes();
    const found = moved(before, after);
    before = after;
    if (found.length === 0) return;
    const now = score(found);
    told.score += now;
    told.jumps.push(
      `${now.toFixed(4)} when ${command} came: ${outermost(found).slice(0, 4).map(nameOf).join("; ")}`,
    );
  };
  while (invented.held().length > 0 && told.answers < 80) {
    const scrolled = scrollY;
    told.most = Math.max(told.most, invented.held().length);
    command = invented.letGo(which);
    told.answers += 1;
    told.waiting ??= (await settled(see)) ?? null;
    if (scrollY !== scrolled) told.waiting ??= `${command} scrolled the page`;
    see();
  }
  watcher.disconnect();
  told.letters = invented.letters();
  return told;
}

watch().then(done, (error) =>
  done({ score: 0, answers: 0, most: 0, jumps: [], waiting: String(error) }),
);
