import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { App } from "../src/app/App";
import { answers, forget } from "../src/app/queries";
import { fakeTransport } from "../src/backend/fake";
import { tell, wanted } from "../src/backend/fake/wanted";
import { setTransportForTests } from "../src/backend/transport";
import type { Transport } from "../src/backend/transport";
import { saveWords } from "../src/shared/dialogWords";

let calls: { command: string; args: Record<string, unknown> }[] = [];

/** The invented backend, with an ear on what is asked of it and answers of one's own where wanted. */
function listening(own: Record<string, (args: Record<string, unknown>) => unknown> = {}): Transport {
  const fake = fakeTransport();
  return {
    ...fake,
    call: async (command, args = {}) => {
      calls.push({ command, args });
      const mine = own[command];
      return mine ? mine(args) : fake.call(command, args);
    },
  };
}

const asked = (command: string) => calls.filter((call) => call.command === command).map((call) => call.args);

async function open(kind: string, path: string, own?: Parameters<typeof listening>[0]): Promise<void> {
  setTransportForTests(listening(own));
  Object.assign(wanted, { window: kind, state: "full" });
  window.location.hash = path;
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  await screen.findByRole("heading", { level: 1 });
}

const press = async (name: string | RegExp) => userEvent.click(await screen.findByRole("button", { name }));
const choose = async (name: RegExp) => userEvent.click(await screen.findByRole("radio", { name }));

beforeEach(() => {
  calls = [];
  forget();
});

describe("sharing", () => {
  it("asks everything, chooses nothing beforehand, and sends exactly what was chosen", async () => {
    await open("patient", "/sharing/new");
    await press("Continue");
    expect(await screen.findByText("Choose a space")).toBeTruthy();
    await choose(/Heart/);
    await press("Continue");
    await choose(/Dr Boris Sample/);
    await press("Continue");
    // The new key has to be confirmed in words before going on.
    expect(await screen.findByText("Tick this after you have asked, or choose another doctor")).toBeTruthy();
    await userEvent.click(screen.getByRole("checkbox", { name: /I have asked/ }));
    await press("Continue");
    for (const box of await screen.findAllByRole("checkbox"))
      expect((box as HTMLInputElement).checked).toBe(false);
    await press("Continue");
    expect(await screen.findByText("Tick at least one kind")).toBeTruthy();
    await userEvent.click(screen.getByRole("checkbox", { name: /Medicines/ }));
    await press("Continue");
    for (const radio of await screen.findAllByRole("radio"))
      expect((radio as HTMLInputElement).checked).toBe(false);
    await choose(/^Treatment/);
    await press("Continue");
    await choose(/Three months/);
    await press("Continue");
    expect(await screen.findByRole("heading", { name: "What Dr Boris Sample will see" })).toBeTruthy();
    expect(screen.getByText(/1 text may tell who you are/)).toBeTruthy();
    await press("Share 46 records with Dr Boris Sample");
    await waitFor(() => {
      expect(asked("share_create")).toHaveLength(1);
    });
    const [preview] = asked("share_preview");
    const [created] = asked("share_create");
    expect(created).toEqual(preview);
    expect(created?.draft).toMatchObject({
      spaceId: "p1",
      doctor: "cert3",
      categories: ["medications"],
      purpose: "treatment",
      acceptChangedKey: true,
    });
  }, 20_000);

  it("stops only after the person has read what cannot be called back", async () => {
    await open("patient", "/sharing/s1");
    await press("Stop sharing");
    const dialog = within(await screen.findByRole("alertdialog"));
    expect(dialog.getByText(/cannot be called back/)).toBeTruthy();
    expect(asked("share_revoke")).toHaveLength(0);
    await userEvent.click(dialog.getByRole("button", { name: "Go on sharing" }));
    expect(asked("share_revoke")).toHaveLength(0);
    await press("Stop sharing");
    await press("Stop sharing now");
    expect(await screen.findByText("You no longer share with Dr Ada Example")).toBeTruthy();
    expect(asked("share_revoke")).toEqual([{ id: "s1" }]);
  });
});

describe("importing", () => {
  it("stops for records of somebody else and does nothing without an answer", async () => {
    wanted.asks = true;
    await open("patient", "/add");
    await press("Choose files");
    const dialog = within(await screen.findByRole("alertdialog"));
    expect(dialog.getByText(/Test-Bruno Karl Beispiel-Sample, born 1955/)).toBeTruthy();
    await userEvent.keyboard("{Escape}");
    expect(asked("import_decide")).toHaveLength(0);
    await userEvent.click(dialog.getByRole("button", { name: "Leave this file out" }));
    await waitFor(() => {
      expect(asked("import_decide")).toEqual([{ job: "j1", decision: "skip" }]);
    });
    expect(await screen.findByRole("heading", { name: "What was added" })).toBeTruthy();
    wanted.asks = false;
  });
});

describe("registering", () => {
  it("keeps the input on a mistake, says it twice in the same words, and shows similar people first", async () => {
    await open("desk", "/people/register");
    await userEvent.type(screen.getByRole("textbox", { name: "Given names" }), "Test-Anna");
    await press("Check the answers");
    expect(screen.getAllByText("Fill in the family name")).toHaveLength(2);
    expect(screen.getByRole("textbox", { name: "Given names" })).toHaveProperty("value", "Test-Anna");
    await userEvent.type(screen.getByRole("textbox", { name: "Family name" }), "Sample");
    await userEvent.type(screen.getByRole("textbox", { name: "Day" }), "14");
    await userEvent.type(screen.getByRole("textbox", { name: "Month" }), "3");
    await userEvent.type(screen.getByRole("textbox", { name: "Year" }), "1961");
    await press("Check the answers");
    expect(await screen.findByText("14 March 1961", { selector: "dd" })).toBeTruthy();
    expect(screen.getByText(/Somebody very like this is registered already/)).toBeTruthy();
    expect(asked("desk_register")).toHaveLength(0);
    await press("It is somebody else, register");
    await waitFor(() => {
      expect(asked("desk_register")).toEqual([
        {
          draft: {
            givenName: "Test-Anna",
            familyName: "Sample",
            birthDate: "1961-03-14",
            clinicNumber: null,
            phone: null,
          },
        },
      ]);
    });
    await screen.findByRole("heading", { level: 1, name: "Test-Anna Maria Muster-Sample" });
  }, 20_000);

  it("says what happens to the old device before a new invitation", async () => {
    await open("desk", "/people/n5");
    await press("Issue a new invitation");
    expect(await screen.findByText(/stops working with this clinic at once/)).toBeTruthy();
    expect(asked("desk_invite")).toHaveLength(0);
    await press("Stop the old device and invite");
    expect(await screen.findByText("K7QM")).toBeTruthy();
  });
});

describe("locking", () => {
  it("takes everything off the page and out of memory, but keeps what was typed", async () => {
    await open("desk", "/people/register", {
      session: async () => ({
        ...((await fakeTransport().call("session", {})) as object),
        passphraseSet: wanted.state === "locked",
      }),
    });
    const name = await screen.findByRole("textbox", { name: "Family name" });
    await userEvent.clear(name);
    await userEvent.type(name, "Half-typed");
    wanted.state = "locked";
    await act(async () => {
      tell("session://locked", null);
      await Promise.resolve();
    });
    expect(await screen.findByRole("button", { name: "Unlock" })).toBeTruthy();
    expect(document.body.textContent).not.toContain("Half-typed");
    expect(
      answers
        .getQueryCache()
        .getAll()
        .map((query) => query.queryKey[0]),
    ).toEqual(["session"]);
    await userEvent.type(screen.getByLabelText("Passphrase"), "open sesame");
    await press("Unlock");
    expect(await screen.findByDisplayValue("Half-typed")).toBeTruthy();
  });

  it("locks the page as soon as the core says so in an answer", async () => {
    await open("patient", "/records", {
      room_summary: () => {
        wanted.state = "locked";

        throw { code: "locked", params: {} };
      },
    });
    expect(await screen.findByRole("button", { name: "Unlock" })).toBeTruthy();
  });
});

describe("a shared chart", () => {
  it("gives way to an explanation while it is open", async () => {
    let state = "live";
    await open("doctor", "/patients/r1", {
      doctor_open: async () => {
        const opening = (await fakeTransport().call("doctor_open", { share: "r1" })) as { share: object };
        return state === "live"
          ? opening
          : {
              ...opening,
              readable: false,
              share: { ...opening.share, state: "revoked", endedAt: 1_800_000_000 },
            };
      },
    });
    expect(await screen.findByText("Ramipril 5 mg tablet")).toBeTruthy();
    expect(screen.getByRole("region", { name: "Whose record this is" })).toBeTruthy();
    state = "revoked";
    await act(async () => {
      tell("data://changed", "shares");
      await Promise.resolve();
    });
    expect(
      await screen.findByRole("heading", {
        name: "Test-Anna Maria Muster-Sample has stopped sharing with you",
      }),
    ).toBeTruthy();
    expect(screen.queryByText("Ramipril 5 mg tablet")).toBeNull();
    expect(screen.queryByRole("alert")).toBeNull();
    // Nothing of the chart stays in memory either.
    expect(answers.getQueryCache().findAll({ queryKey: ["room"] })).toEqual([]);
    expect(answers.getQueryCache().findAll({ queryKey: ["once", "room-news"] })).toEqual([]);
  });

  it("explains a relay that shows an older state", async () => {
    await open("doctor", "/patients/r2");
    expect(await screen.findByText("The relay shows an older state: Test results")).toBeTruthy();
    expect(screen.getByText(/Do not rely on this part\./)).toBeTruthy();
  });

  it.each([
    ["medications", /Do not rely on these parts\./],
    ["results", /Do not rely on this part\./],
  ])("says once what to do about several faults, one of them of %s", async (category, advice) => {
    await open("doctor", "/patients/r1", {
      doctor_open: async () => ({
        ...((await fakeTransport().call("doctor_open", { share: "r1" })) as object),
        alarms: [
          { kind: "gap", category },
          { kind: "quarantined", category: "results", records: 3 },
        ],
      }),
    });
    const alarm = within(await screen.findByRole("alert"));
    expect(alarm.getAllByRole("listitem")).toHaveLength(2);
    expect(alarm.getByText("Records were put aside: Test results")).toBeTruthy();
    expect(alarm.getByText(advice)).toBeTruthy();
    expect(screen.getAllByText(/Do not rely on/)).toHaveLength(1);
  });
});

describe("a clinic that is gone", () => {
  const preview = {
    clinicName: "Example Clinic on the Hill",
    purpose: "patient",
    fingerprint: [],
    expires: 0,
    thisComputerOnly: false,
  };
  /** Joined, and back on the first page. */
  const joined = async () => {
    await waitFor(() => {
      expect(window.location.hash).toMatch(/^#?\/?$/);
    });
  };
  const look = async () => {
    await userEvent.type(await screen.findByRole("textbox", { name: "Invitation or code" }), "K7QM-2XVB");
    await press("Look at the invitation");
  };

  it("is left only after a question that says what it means", async () => {
    wanted.asks = true;
    const leaves = { clinicName: "Sample Clinic by the Sea", spaces: 2, shares: 4, open: 1 };
    await open("patient", "/settings/recovery/restored", { invitation_read: () => ({ ...preview, leaves }) });
    await userEvent.click(await screen.findByRole("link", { name: "My clinic is gone: join another" }));
    await look();
    expect(await screen.findByText("You leave Sample Clinic by the Sea by this")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Accept the invitation" })).toBeNull();
    await press("Leave and join");
    const dialog = within(await screen.findByRole("alertdialog"));
    expect(dialog.getByText("Your records stay as they are.")).toBeTruthy();
    expect(dialog.getByText(/gets nothing of them/)).toBeTruthy();
    expect(dialog.getByText(/One share may go on to its end/)).toBeTruthy();
    expect(dialog.getByText(/cannot be undone/)).toBeTruthy();
    await userEvent.click(dialog.getByRole("button", { name: "Stay and wait" }));
    expect(asked("invitation_accept")).toHaveLength(0);
    await press("Leave and join");
    await press("Yes, leave and join");
    await waitFor(() => {
      expect(asked("invitation_accept")).toEqual([{ text: "K7QM-2XVB", leave: true }]);
    });
    await joined();
    wanted.asks = false;
  });

  it("is not left by an invitation that leaves none", async () => {
    await open("patient", "/join", { invitation_read: () => ({ ...preview, leaves: null }) });
    await look();
    await press("Accept the invitation");
    await waitFor(() => {
      expect(asked("invitation_accept")).toEqual([{ text: "K7QM-2XVB", leave: false }]);
    });
    await joined();
  });

  it("keeps its shares to be read, with nothing to press that changes them", async () => {
    await open("patient", "/sharing/s5");
    expect(
      await screen.findByText("This was shared through Sample Clinic by the Sea, which you left"),
    ).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Stop sharing" })).toBeNull();
  });

  it("offers nothing where nothing waits", async () => {
    await open("patient", "/settings/recovery/restored");
    expect(await screen.findByText("The lost computer is shut out")).toBeTruthy();
    expect(screen.queryByRole("link", { name: /join another/ })).toBeNull();
  });
});

describe("a sharing space", () => {
  it("is put away after a question that says what ends, and is told among those put away", async () => {
    await open("patient", "/spaces");
    await press("Put away Heart");
    expect(await screen.findByText("Put “Heart” away for good?")).toBeTruthy();
    expect(screen.getByText(/The share in it ends now/)).toBeTruthy();
    expect(asked("space_retire")).toEqual([]);
    await press("Put it away");
    await waitFor(() => {
      expect(asked("space_retire")).toEqual([{ id: "p1" }]);
    });
    await press("2 spaces put away");
    expect(await screen.findByText(/“Old knee”, put away on/)).toBeTruthy();
    expect(screen.getByText(/has signed that/)).toBeTruthy();
    expect(screen.getByText("Nothing of it was ever at the relay.")).toBeTruthy();
  });
});

describe("a doctor whose keys are lost", () => {
  it("is told what helps on the first page and after the restore, and nothing is asked of the relay", async () => {
    wanted.asks = true;
    await open("doctor", "/");
    expect(await screen.findByText("Your clinic has to let you in again")).toBeTruthy();
    expect(screen.getByRole("link", { name: "Join with a new invitation" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Look again now" })).toBeNull();
    await userEvent.click(screen.getByRole("link", { name: "See who shared with your old keys" }));
    expect((await screen.findAllByText("For keys you no longer have")).length).toBeGreaterThan(1);
    wanted.asks = false;
  });

  it("has a kit, a backup file, and one at the relay that waits for the clinic", async () => {
    wanted.asks = true;
    await open("doctor", "/settings/recovery");
    expect(await screen.findByText(/bring your list of patients back/)).toBeTruthy();
    expect(await screen.findByRole("button", { name: "Back up now" })).toBeTruthy();
    expect(await screen.findByText(/goes on when the clinic has invited you again/)).toBeTruthy();
    expect(screen.getByText(/The relay knows that it is yours/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Send what is new" })).toBeNull();
    expect(screen.getByRole("button", { name: "Stop, and delete it there" })).toBeTruthy();
    wanted.asks = false;
  });

  it("sends it again once she has joined", async () => {
    await open("doctor", "/settings/recovery");
    expect(await screen.findByRole("button", { name: "Send what is new" })).toBeTruthy();
    expect(screen.queryByText(/goes on when the clinic/)).toBeNull();
  });
});

describe("a profile whose passphrase is forgotten", () => {
  it("goes only after its name and a yes, and the way by the kit stands before that", async () => {
    await open("welcome", "/");
    await press("Open Dr Ada Example");
    await press("I have forgotten the passphrase");
    // Here, and further down for who has no profile yet.
    expect(await screen.findAllByRole("link", { name: "I have a recovery kit" })).toHaveLength(2);
    await press("Remove this profile");
    expect(
      (await screen.findAllByText("Type the name exactly as it stands here: Dr Ada Example")).length,
    ).toBeGreaterThan(0);
    await userEvent.click(screen.getByRole("textbox"));
    await userEvent.paste("Dr Ada Example");
    await press("Remove this profile");
    const dialog = within(await screen.findByRole("alertdialog"));
    expect(dialog.getByText(/no undo/)).toBeTruthy();
    expect(asked("profile_remove")).toHaveLength(0);
    await userEvent.click(dialog.getByRole("button", { name: "Remove it now" }));
    await waitFor(() => {
      expect(asked("profile_remove")).toEqual([{ id: "b", name: "Dr Ada Example" }]);
    });
    expect((await screen.findAllByText(/is removed from this computer/)).length).toBeGreaterThan(0);
  });
});

describe("deleting everything", () => {
  it("needs the name and a yes, and says what follows", async () => {
    await open("patient", "/settings/leaving");
    await press("Delete everything");
    expect(asked("leave_for_good")).toHaveLength(0);
    expect(
      (await screen.findAllByText("Type the name exactly as it stands here: Anna")).length,
    ).toBeGreaterThan(0);
    await userEvent.type(screen.getByRole("textbox"), "Anna");
    await press("Delete everything");
    const dialog = within(await screen.findByRole("alertdialog"));
    await userEvent.click(dialog.getByRole("button", { name: "Keep my profile" }));
    expect(asked("leave_for_good")).toHaveLength(0);
    await press("Delete everything");
    await press("Delete everything now");
    await waitFor(() => {
      expect(asked("leave_for_good")).toEqual([
        expect.objectContaining({ name: "Anna", localOnly: false, dialog: saveWords("receipt") }),
      ]);
    });
  });

  it("offers to delete only here where nobody can be asked", async () => {
    await open("patient", "/settings/leaving", {
      leaving_view: () => ({
        role: "patient",
        profileName: "Anna",
        clinicName: "Example Clinic on the Hill",
        records: 57,
        liveShares: 2,
        fetched: 44,
        problem: { code: "relay-unreachable", params: {} },
        begun: false,
        exported: null,
      }),
    });
    await userEvent.click(await screen.findByRole("checkbox", { name: /Delete it here even if/ }));
    await userEvent.type(screen.getByRole("textbox"), "Anna");
    await press("Delete everything");
    await press("Delete everything now");
    await waitFor(() => {
      expect(asked("leave_for_good")).toEqual([
        expect.objectContaining({ name: "Anna", localOnly: true, dialog: saveWords("receipt") }),
      ]);
    });
  });
});

describe("the command palette", () => {
  it("opens with Ctrl-K and goes where its words say", async () => {
    await open("patient", "/");
    await userEvent.keyboard("{Control>}k{/Control}");
    await userEvent.type(await screen.findByRole("searchbox", { name: "Where to, or what to do?" }), "spac");
    await userEvent.keyboard("{Enter}");
    expect(await screen.findByRole("heading", { name: "Your sharing spaces" })).toBeTruthy();
  });
});
