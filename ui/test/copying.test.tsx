import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "../src/app/App";
import { forget } from "../src/app/queries";
import { fakeTransport } from "../src/backend/fake";
import { wanted } from "../src/backend/fake/wanted";
import { setTransportForTests } from "../src/backend/transport";
import { clearToasts } from "../src/shared/components/Toast";

let handed: string[] = [];

async function open(path: string, state = "full", refuses = false): Promise<void> {
  const fake = fakeTransport();
  setTransportForTests({
    ...fake,
    call: (command, args = {}) => {
      if (command !== "text_copy") return fake.call(command, args);
      handed.push(String(args.text));
      return refuses
        ? Promise.reject({ code: "copy-too-long", params: { limit: "4" } } as unknown as Error)
        : Promise.resolve();
    },
  });
  Object.assign(wanted, { window: "patient", state });
  window.location.hash = path;
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  await screen.findByRole("heading", { level: 1 });
}

/** What the engine tells the page when somebody copies or cuts; whether the engine is to do it itself. */
function tell(kind: "copy" | "cut"): boolean {
  const event = new Event(kind, { bubbles: true, cancelable: true });
  return (document.activeElement ?? document.body).dispatchEvent(event);
}

beforeEach(() => {
  handed = [];
  forget();
  clearToasts();
});

describe("what a person marks and copies", () => {
  it("is put on the clipboard by the core and not by the engine", async () => {
    await open("/records/results");
    const [cell] = await screen.findAllByText("Glucose");
    window.getSelection()?.selectAllChildren(cell as Node);
    expect(tell("copy")).toBe(false);
    expect(handed).toEqual(["Glucose"]);
  });

  it("is taken out of a field when it is cut", async () => {
    const typed = vi.fn();
    document.execCommand = typed;
    await open("/search");
    const field = await screen.findByRole<HTMLInputElement>("searchbox");
    await userEvent.type(field, "potassium");
    field.setSelectionRange(0, 3);
    expect(tell("cut")).toBe(false);
    expect(handed).toEqual(["pot"]);
    expect(typed).toHaveBeenCalledWith("delete");
  });

  it("says so where it is too much", async () => {
    await open("/records/results", "full", true);
    const [cell] = await screen.findAllByText("Glucose");
    window.getSelection()?.selectAllChildren(cell as Node);
    tell("copy");
    expect(await screen.findByText("This is too much text to copy at once")).toBeTruthy();
  });

  it("is left to the engine where there are no words, and never taken out of a passphrase", async () => {
    await open("/settings");
    window.getSelection()?.removeAllRanges();
    (document.activeElement as HTMLElement | null)?.blur();
    expect(tell("copy")).toBe(true);
    const [field] = await screen.findAllByLabelText<HTMLInputElement>(/^Passphrase/);
    await userEvent.type(field as HTMLInputElement, "four unrelated words");
    (field as HTMLInputElement).setSelectionRange(0, 4);
    expect(tell("copy")).toBe(true);
    expect(handed).toEqual([]);
  });

  it("is no longer heard of while the profile is locked", async () => {
    await open("/", "locked");
    const [heading] = await screen.findAllByRole("heading", { level: 1 });
    (document.activeElement as HTMLElement | null)?.blur();
    window.getSelection()?.selectAllChildren(heading as Node);
    expect(tell("copy")).toBe(true);
    await waitFor(() => {
      expect(handed).toEqual([]);
    });
  });
});
