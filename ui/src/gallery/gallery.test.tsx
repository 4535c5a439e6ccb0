import { QueryClientProvider } from "@tanstack/react-query";
import axe from "axe-core";
import { act, render, screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { answers } from "../app/queries";
import { fakeTransport } from "../backend/fake";
import { wanted } from "../backend/fake/wanted";
import { setTransportForTests } from "../backend/transport";
import { Gallery, sheets } from "./Gallery";

// What jsdom does not have.
HTMLImageElement.prototype.decode = () => Promise.resolve();

beforeEach(() => {
  setTransportForTests(fakeTransport());
  wanted.gallery = true;
});

/** A sheet once what the invented backend answers is there. */
async function show(only: string) {
  await act(async () => {
    render(
      <QueryClientProvider client={answers}>
        <Gallery only={only} />
      </QueryClientProvider>,
    );
    await new Promise((done) => setTimeout(done, 150));
  });
  return within(screen.getByRole("region", { name: only }));
}

describe("the gallery", () => {
  it.each(Object.keys(sheets))("%s passes the rules", async (name) => {
    await show(name);
    const { violations } = await axe.run(document.body, {
      // A sandboxed frame has no window to talk to here.
      iframes: false,
      // Nothing is laid out here; colours are measured from the tokens. The same thing in several states is there several times.
      rules: {
        "color-contrast": { enabled: false },
        "heading-order": { enabled: false },
        "landmark-unique": { enabled: false },
      },
    });
    expect(violations.map((each) => [each.id, each.nodes.map((node) => node.html)])).toEqual([]);
  });

  it("draws a point outside of the range as another shape, and nothing without a range", async () => {
    const sheet = await show("numbers");
    const specimen = (state: string) => sheet.getByText(`number line: ${state}`).closest("figure");
    expect(specimen("in range")?.querySelectorAll("circle.point")).toHaveLength(2);
    expect(specimen("critical")?.querySelectorAll("path.outside")).toHaveLength(2);
    expect(specimen("no range, nothing is drawn")?.querySelectorAll("svg")).toHaveLength(0);
  });

  it("never draws a value of another unit on the curve", async () => {
    const sheet = await show("courses");
    const mixed = within(
      sheet
        .getByText("trend: ranges and a unit that changed, one value left out")
        .closest("figure") as HTMLElement,
    );
    expect(mixed.getByRole("slider").getAttribute("aria-valuemax")).toBe("6");
  });

  it("shows states beside each other: on its way, refused, none", async () => {
    const sheet = await show("documents");
    const specimen = within(
      sheet.getByText("words: on their way, refused, none").closest("figure") as HTMLElement,
    );
    expect(await specimen.findByText("Wait a moment and try again.")).toBeTruthy();
    expect(await specimen.findByText(/^There are no words on this page/)).toBeTruthy();
    expect(specimen.getAllByLabelText("Loading")).toHaveLength(1);
  });
});
