// Does one step of a walk as a person would: waits for what it needs, presses, types or is told something.
// Arguments: the step, callback. Gives null, or what never came.
const [step, done] = arguments;
const pause = (time) => new Promise((next) => setTimeout(next, time));
const invented = window.invented;

const seen = (element) =>
  element.getClientRects().length > 0 &&
  !element.closest("[inert], [aria-hidden=true]");
const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
const wordsOf = (element) =>
  (element.getAttribute("aria-label") ?? element.innerText ?? "").trim();
const dialog = () => all("[role=dialog], [role=alertdialog]").at(-1);

/** A button, or an answer of a few, by the words it is called by; those of an open dialog come first. */
function named(words) {
  const found = all(
    "button, a[href], summary, [role=button], label.segment",
  ).filter((each) => wordsOf(each) === words && !each.disabled);
  const within = dialog();
  return found.find((each) => within?.contains(each)) ?? found[0];
}

function choice(at) {
  const within = dialog() ?? document.querySelector("main");
  return [...within.querySelectorAll("label.choice")]
    .filter(seen)
    [at]?.querySelector("input");
}

function type(field, text) {
  const kind =
    field instanceof HTMLTextAreaElement
      ? HTMLTextAreaElement
      : HTMLInputElement;
  field.focus();
  Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(
    field,
    text,
  );
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function find() {
  if (step.press) return named(invented.text(step.press, step.params));
  if (step.css) return all(step.css)[0];
  if (step.into) return all(step.into)[0];
  return choice(step.choose);
}

async function act() {
  if (step.tell) return invented.tell(step.tell, step.payload);
  const until = performance.now() + 5000;
  let found = find();
  while (!found && performance.now() < until) {
    await pause(20);
    found = find();
  }
  if (!found) return `nothing to ${JSON.stringify(step)} on ${location.hash}`;
  if (step.into) type(found, step.type);
  else found.click();
  await pause(30);
}

act().then(
  (problem) => done(problem ?? null),
  (error) => done(String(error)),
);
