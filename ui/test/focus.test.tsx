/** What was pressed is gone or done with: the focus goes on from there, never from the top of the page (WCAG 2.4.3). */
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { App } from "../src/app/App";
import { forget } from "../src/app/queries";
import { fakeTransport } from "../src/backend/fake";
import { wanted } from "../src/backend/fake/wanted";
import { setTransportForTests } from "../src/backend/transport";

/** The invented backend, with settings that are kept. */
async function open(path: string): Promise<void> {
  const fake = fakeTransport();
  let kept: unknown;
  setTransportForTests({
    ...fake,
    call: async (command, args = {}) => {
      if (command === "settings_write") kept = Object.values(args)[0];
      return command === "settings_read" && kept ? kept : fake.call(command, args);
    },
  });
  Object.assign(wanted, { window: "patient", state: "full" });
  window.location.hash = path;
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  await screen.findByRole("heading", { level: 1 });
}

const button = (name: string | RegExp) => screen.findByRole("button", { name });
const press = async (name: string | RegExp) => userEvent.click(await button(name));

beforeEach(forget);

it("stays on the button, or in the field, with which the minutes were saved, and follows when it is undone", async () => {
  await open("/settings");
  const field = await screen.findByRole<HTMLInputElement>("textbox", { name: /many minutes/ });
  const before = field.value;
  await userEvent.clear(field);
  await userEvent.type(field, "31");
  await press(/Save minutes/);
  expect(await screen.findByText(/31 minutes/)).toBeTruthy();
  await waitFor(() => {
    expect(document.activeElement).toBe(screen.getByRole("button", { name: /Save minutes/ }));
  });
  await press(/Undo/);
  await waitFor(() => {
    expect(field.value).toBe(before);
  });
  expect(field.isConnected).toBe(true);
  await userEvent.clear(field);
  await userEvent.type(field, "32{Enter}");
  expect(await screen.findByText(/32 minutes/)).toBeTruthy();
  expect(document.activeElement).toBe(field);
});

it("goes into the name of a space that is renamed, and back to the button when it is saved or left", async () => {
  await open("/spaces");
  for (const end of ["Save the name", "Leave as it is"]) {
    await press("Rename Heart");
    expect(document.activeElement).toBe(await screen.findByRole("textbox"));
    await press(end);
    await waitFor(async () => {
      expect(document.activeElement).toBe(await button("Rename Heart"));
    });
  }
});

it("goes into the form for a new space, and back to the button", async () => {
  await open("/spaces");
  await press("Make a space");
  expect(document.activeElement).toBe(await screen.findByRole("textbox"));
  await press(/Cancel|Leave/);
  expect(document.activeElement).toBe(await button("Make a space"));
});
