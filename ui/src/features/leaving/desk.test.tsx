import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { App } from "../../app/App";
import { forget } from "../../app/queries";
import { fakeTransport } from "../../backend/fake";
import { wanted } from "../../backend/fake/wanted";
import { setTransportForTests } from "../../backend/transport";
import type { ClinicEnd, LeavingReceipt } from "../../backend/types";

const unused: ClinicEnd = { people: 2, patients: 0, doctors: 0, invitations: 1, backup: null };

/** What was asked of the core. */
let asked: { command: string; args: Record<string, unknown> }[] = [];

/** A window of this kind at this place, with these answers. */
async function open(window_: string, place: string, answers: Record<string, unknown>): Promise<void> {
  const fake = fakeTransport();
  asked = [];
  setTransportForTests({
    ...fake,
    call: async (command, args = {}) => {
      asked.push({ command, args });
      const known = await fake.call(command, args);
      if (!(command in answers)) return known;
      const changed = answers[command];
      return typeof changed === "object" ? { ...(known as object), ...changed } : changed;
    },
  });
  Object.assign(wanted, { window: window_, state: "full" });
  window.location.hash = place;
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
}

const leaving = (clinic: ClinicEnd | null) => open("desk", "/settings/leaving", { leaving_view: { clinic } });
const text = () => document.body.textContent;

beforeEach(forget);

describe("a desk that leaves", () => {
  it("may take the register along", async () => {
    await leaving(unused);
    expect(await screen.findByText(/with the whole register/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Export everything" }));
    const words = asked.find((each) => each.command === "export_all")?.args.words as Record<string, unknown>;
    expect(words.states).toMatchObject({ "identity-checked": "Identity checked", removed: "Removed" });
  });

  it("is told that its clinic ends, that its keys go, and is asked twice", async () => {
    await leaving(unused);
    expect(await screen.findByText("There is no backup of Example Clinic on the Hill")).toBeTruthy();
    for (const said of [
      "ends Example Clinic on the Hill, which runs on this computer",
      "The register is deleted, with 2 people in it.",
      "1 open invitation stops working.",
      "Its keys are gone for good after this.",
    ])
      expect(text()).toContain(said);
    // Without the name, to where it is typed: what says so may be far from the button.
    await userEvent.click(screen.getByRole("button", { name: "Delete everything" }));
    const name = screen.getByLabelText(/Type the name of the profile/);
    await waitFor(() => {
      expect(document.activeElement).toBe(name);
    });
    expect(text()).toContain("Type the name exactly as it stands here");
    await userEvent.type(name, "Kim Sample");
    await userEvent.click(screen.getByRole("button", { name: "Delete everything" }));
    expect(await screen.findByText("Example Clinic on the Hill ends with it.")).toBeTruthy();
    expect(asked.some((each) => each.command === "leave_for_good")).toBe(false);
    await userEvent.click(screen.getByRole("button", { name: "Delete everything now" }));
    const left = asked.find((each) => each.command === "leave_for_good");
    expect(left?.args).toMatchObject({ name: "Kim Sample", localOnly: false });
    expect((left?.args.words as Record<string, string>).deleted).toMatch(/was deleted with it/);
  });

  it("is told how the clinic could come back if it is in a backup", async () => {
    await leaving({ ...unused, backup: Date.UTC(2026, 10, 1, 12) / 1000 });
    expect(await screen.findByText("Example Clinic on the Hill is in your backup")).toBeTruthy();
    expect(text()).not.toContain("Its keys are gone for good");
  });

  it.each([
    { patients: 3, doctors: 0 },
    { patients: 0, doctors: 1 },
  ])("cannot, while others use its clinic (%o)", async (users) => {
    await leaving({ ...unused, ...users });
    expect(await screen.findByText("Others still use Example Clinic on the Hill")).toBeTruthy();
    expect(text()).toContain("withdraw the people and remove the doctors");
    expect(text()).toContain("give your kit and a new backup to who comes next");
    expect(screen.queryByRole("button", { name: "Delete everything" })).toBeNull();
  });

  it("whose clinic is another desk's loses only itself", async () => {
    await leaving(null);
    expect(await screen.findByText("This deletes the profile of this desk.")).toBeTruthy();
    expect(text()).not.toMatch(/ends, with its relay|no backup of/);
  });

  it("has a receipt that says nobody is left to sign", async () => {
    const receipt: Partial<LeavingReceipt> = {
      profileName: "Test Desk",
      role: "desk",
      relay: { kind: "deleted" },
      clinic: { kind: "deleted" },
      clinicKeeps: [],
      fetched: 0,
      at: 1_793_534_400,
      clinicName: "Example Clinic",
    };
    await open("welcome", "/left", { leaving_receipt: receipt });
    expect(await screen.findAllByText(/Nobody is left to sign that/)).toHaveLength(2);
    expect(text()).toContain("Keys and settings are deleted.");
    expect(text()).not.toContain("With doctors");
  });
});
