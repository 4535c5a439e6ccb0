import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { App } from "../src/app/App";
import { forget } from "../src/app/queries";
import { type RouteEntry, routes } from "../src/app/routes";
import { fakeTransport } from "../src/backend/fake";
import { answerAnew } from "../src/backend/fake/partial";
import { wanted } from "../src/backend/fake/wanted";
import { setTransportForTests } from "../src/backend/transport";
import examples from "./addresses.json";

/** Real addresses for the parameters of the route table. */
const addressOf = (path: string): string =>
  Object.entries(examples).reduce((address, [from, to]) => address.replace(from, to), path);

const windowsOf = (route: RouteEntry): string[] =>
  route.window === "any" ? ["patient", "doctor", "desk"] : [route.window];

const visits = (routes as readonly RouteEntry[]).flatMap((route) =>
  windowsOf(route).flatMap((window) => route.states.map((state) => ({ route, window, state }))),
);

beforeEach(() => {
  setTransportForTests(fakeTransport());
  answerAnew();
  forget();
});

afterEach(cleanup);

async function visit(window_: string, state: string, path: string): Promise<void> {
  Object.assign(wanted, { window: window_, state });
  window.location.hash = addressOf(path);
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  await waitFor(() => {
    expect(screen.getAllByRole("heading", { level: 1 })).toHaveLength(1);
  });
  if (state !== "loading")
    await waitFor(() => {
      expect(screen.queryByLabelText("Loading")).toBeNull();
    });
  if (state === "partial")
    await waitFor(() => {
      expect(document.querySelector(".offline, .notice")).not.toBeNull();
    });
}

describe("every screen of the route table", () => {
  it.each(visits)(
    "$route.id in $window, $state: one heading, no axe finding",
    async ({ route, window: kind, state }) => {
      await visit(kind, state, route.path);
      const found = await axe.run(document.body, {
        resultTypes: ["violations"],
        // The sandboxed narrative frame has no window to talk to here.
        iframes: false,
        // jsdom draws nothing: colours are checked in real windows.
        rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
      });
      expect(found.violations.map((each) => `${each.id}: ${each.nodes[0]?.html ?? ""}`)).toEqual([]);
    },
  );

  it("says nothing but the place in the title", async () => {
    await visit("doctor", "full", "/patients/:share");
    expect(document.title).toBe("Chart – Keyward");
  });

  it("shows the lock screen and nothing else while locked", async () => {
    await visit("patient", "locked", "/records");
    expect(screen.getByRole("button", { name: "Unlock" })).toBeTruthy();
    expect(screen.queryByRole("navigation")).toBeNull();
    expect(document.body.textContent).not.toContain("Potassium");
  });
});
