import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { App } from "../../app/App";
import { forget } from "../../app/queries";
import { fakeTransport } from "../../backend/fake";
import { wanted } from "../../backend/fake/wanted";
import { setTransportForTests } from "../../backend/transport";
import type { ErrorCode, Role, SessionView } from "../../backend/types";
import { announce, startAnnouncing } from "../../shared/announce";
import { toast } from "../../shared/components/Toast";

/** The lock screen of a role; unlocking and going elsewhere fail as asked. */
async function locked(role: Role, change: Partial<SessionView>, refused?: ErrorCode): Promise<void> {
  const fake = fakeTransport();
  setTransportForTests({
    ...fake,
    call: async (command, args = {}) => {
      if (refused && (command === "unlock" || command === "profiles_show"))
        throw { code: refused, params: {} } as unknown as Error;
      const answer = await fake.call(command, args);
      return command === "session" ? { ...(answer as SessionView), ...change } : answer;
    },
  });
  Object.assign(wanted, { window: role, state: "locked" });
  window.location.hash = "/";
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  await screen.findByRole("button", { name: "Unlock" });
}

const text = () => document.body.textContent;
const press = async (name: string) => userEvent.click(await screen.findByRole("button", { name }));

beforeEach(forget);

/** What a screen reader would be told by now. */
async function said(): Promise<string> {
  await act(async () => new Promise(requestAnimationFrame));
  return document.querySelector("body > [aria-live]")?.textContent ?? "";
}

describe("a lock", () => {
  it("is followed by no word of what was begun before, until the next unlock", async () => {
    startAnnouncing();
    const fake = fakeTransport();
    setTransportForTests(fake);
    Object.assign(wanted, { window: "patient", state: "full" });
    window.location.hash = "/";
    render(<App />);
    await screen.findByRole("navigation");
    await act(async () => fake.call("lock"));
    await screen.findByRole("button", { name: "Unlock" });
    const ends = async (words: string) => {
      act(() => {
        announce(words);
        toast(words);
      });
      return said();
    };
    expect(await ends("Taken back from Dr Test")).toBe("");
    await userEvent.type(screen.getByLabelText("Passphrase"), "open sesame");
    await press("Unlock");
    await screen.findByRole("navigation");
    expect(text()).not.toContain("Dr Test");
    expect(await ends("Shared with Dr Sample")).toBe("Shared with Dr Sample");
    expect(screen.getAllByText("Shared with Dr Sample")).toHaveLength(2);
  });
});

describe("the lock screen", () => {
  it.each([
    ["patient", "Nothing of your records is in this window now."],
    ["doctor", "Nothing of your patients’ records is in this window now."],
    ["desk", "Nothing of the register is in this window now."],
  ] as const)("tells a %s what has left the window", async (role, words) => {
    await locked(role, { passphraseSet: false });
    expect(text()).toContain(words);
  });

  it.each([true, false])("says what the lock protects, and when it locks by itself (%s)", async (set) => {
    await locked("patient", { passphraseSet: set, autoLockMinutes: 1 });
    expect(text()).toContain(set ? "Only the passphrase opens this again." : "can press Unlock.");
    expect(text()).toContain("Keyward locks by itself after 1 minute without activity.");
    expect(screen.queryAllByLabelText("Passphrase")).toHaveLength(set ? 1 : 0);
    expect(document.activeElement?.tagName).toBe(set ? "INPUT" : "H1");
  });

  it.each([
    ["patient", /recovery kit and a backup/],
    ["doctor", /ask the front desk to invite you again/],
    ["desk", /set up a new clinic on another computer/],
  ] as const)("tells a %s who forgot the passphrase what remains", async (role, way) => {
    await locked(role, { passphraseSet: true });
    await press("I have forgotten the passphrase");
    expect(await screen.findByText(way)).toBeTruthy();
    expect(text()).toMatch(/recovery kit/);
    expect(screen.queryAllByRole("button", { name: "Go to the first window" })).toHaveLength(1);
  });

  it.each(["patient", "doctor", "desk"] as const)("tells a %s the way without a key", async (role) => {
    await locked(role, { passphraseSet: false }, "keyring-missing");
    await press("Unlock");
    expect(await screen.findByText(/Without that key this profile stays locked/)).toBeTruthy();
    expect(text()).toMatch(/recovery kit/);
  });

  it("says so where the other profiles cannot be shown", async () => {
    await locked("patient", { passphraseSet: true }, "internal");
    await press("Other profiles");
    expect(await screen.findByText("Something in Keyward did not work")).toBeTruthy();
  });
});
