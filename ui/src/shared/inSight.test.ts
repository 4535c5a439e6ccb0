import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startKeepingInSight } from "./inSight";

const scrolled = vi.fn();

/** A press that moves the focus to `to`, as the engine does after the handlers. */
async function press(key: string, to?: HTMLElement): Promise<void> {
  document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  to?.focus({ preventScroll: true });
  await new Promise((done) => requestAnimationFrame(done));
}

describe("keeping the focus in sight", () => {
  beforeAll(() => {
    startKeepingInSight();
    Element.prototype.scrollIntoView = function (this: Element) {
      scrolled(this.id);
    };
  });
  afterEach(() => {
    scrolled.mockClear();
    document.body.innerHTML = "";
  });

  function build(): (id: string) => HTMLElement {
    document.body.innerHTML =
      '<button id="one">One</button><label id="named"><input id="two" type="checkbox" />Two</label>';
    return (id) => document.getElementById(id) as HTMLElement;
  }

  it("scrolls to what Tab or an arrow moved to, with the label that draws it", async () => {
    const at = build();
    await press("Tab", at("one"));
    await press("ArrowDown", at("two"));
    expect(scrolled.mock.calls).toEqual([["one"], ["named"]]);
  });

  it("scrolls to what a handler of the page moved to", async () => {
    const at = build();
    at("one").focus();
    at("one").addEventListener("keydown", () => {
      at("two").focus({ preventScroll: true });
    });
    at("one").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
    await new Promise((done) => requestAnimationFrame(done));
    expect(scrolled.mock.calls).toEqual([["named"]]);
  });

  it("scrolls nowhere when the focus stays or moves by itself", async () => {
    const at = build();
    await press("Tab", at("one"));
    scrolled.mockClear();
    await press("Tab");
    await press("Enter", at("two"));
    await press("a");
    expect(scrolled).not.toHaveBeenCalled();
  });
});
