import { act, render, screen, waitFor } from "@testing-library/react";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { App } from "../src/app/App";
import { forget } from "../src/app/queries";
import { fakeTransport } from "../src/backend/fake";
import { tell, wanted } from "../src/backend/fake/wanted";
import { setTransportForTests } from "../src/backend/transport";
import { announce, startAnnouncing } from "../src/shared/announce";
import { toast } from "../src/shared/components/Toast";

const said = () => document.querySelector("body > [role=status]")?.textContent;
const frames = () =>
  new Promise<void>((done) => {
    requestAnimationFrame(() => requestAnimationFrame(() => done()));
  });

beforeAll(startAnnouncing);

beforeEach(async () => {
  forget();
  setTransportForTests(fakeTransport());
  Object.assign(wanted, { window: "desk", state: "full" });
  window.location.hash = "/";
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  await screen.findByRole("heading", { level: 1 });
});

it("says nothing any more once the window is locked: it may have named a person", async () => {
  announce("Test-Anna is registered");
  await waitFor(() => {
    expect(said()).toBe("Test-Anna is registered");
  });
  act(() => {
    toast("Test-Anna");
    tell("session://locked", null);
  });
  expect(said()).toBe("");
  expect(document.body.textContent).not.toContain("Test-Anna");
});

it("does not say either what the lock overtook", async () => {
  announce("Test-Anna is registered");
  act(() => {
    tell("session://locked", null);
  });
  await frames();
  expect(said()).toBe("");
});
