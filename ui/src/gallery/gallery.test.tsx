import { QueryClientProvider } from "@tanstack/react-query";
import axe from "axe-core";
import { render, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { answers } from "../app/queries";
import { setTransportForTests } from "../backend/transport";
import { Gallery, sheets } from "./Gallery";

const asked = vi.fn(() => Promise.reject(new Error("the gallery asked a backend")));

function show(only: string) {
  setTransportForTests({ call: asked, on: asked, label: () => "welcome" });
  render(
    <QueryClientProvider client={answers}>
      <Gallery only={only} />
    </QueryClientProvider>,
  );
  return within(screen.getByRole("region", { name: only }));
}

describe("the gallery", () => {
  it.each(Object.keys(sheets))("%s stands still, asks nothing, and passes the rules", async (name) => {
    show(name);
    expect(asked).not.toHaveBeenCalled();
    const { violations } = await axe.run(document.body, {
      // Nothing is laid out here; colours are measured from the tokens.
      rules: { "color-contrast": { enabled: false }, "heading-order": { enabled: false } },
    });
    expect(violations.map((each) => [each.id, each.nodes.map((node) => node.html)])).toEqual([]);
  });

  it("draws a point outside of the range as another shape, and nothing without a range", () => {
    const sheet = show("numbers");
    const specimen = (state: string) => sheet.getByText(`number line: ${state}`).closest("figure");
    expect(specimen("in range")?.querySelectorAll("circle.point")).toHaveLength(2);
    expect(specimen("critical")?.querySelectorAll("path.outside")).toHaveLength(2);
    expect(specimen("no range, nothing is drawn")?.querySelectorAll("svg")).toHaveLength(0);
  });

  it("never draws a value of another unit on the curve", () => {
    const sheet = show("courses");
    const mixed = within(
      sheet.getByText("trend: mixed units: one converted, one left out").closest("figure") as HTMLElement,
    );
    expect(mixed.getByRole("slider").getAttribute("aria-valuemax")).toBe("3");
  });
});
