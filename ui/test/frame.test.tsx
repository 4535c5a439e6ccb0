import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { App } from "../src/app/App";
import { forget } from "../src/app/queries";
import { fakeTransport } from "../src/backend/fake";
import { tell, wanted } from "../src/backend/fake/wanted";
import { setTransportForTests } from "../src/backend/transport";
import type { SettingsView } from "../src/backend/types";
import { clearToasts, toast } from "../src/shared/components/Toast";

let calls: { command: string; args: Record<string, unknown> }[] = [];

async function open(kind: string, path: string, state = "full"): Promise<void> {
  const fake = fakeTransport();
  setTransportForTests({
    ...fake,
    call: (command, args = {}) => {
      calls.push({ command, args });
      return fake.call(command, args);
    },
  });
  Object.assign(wanted, { window: kind, state });
  window.location.hash = path;
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  await screen.findByRole("heading", { level: 1 });
}

const asked = (command: string) => calls.filter((call) => call.command === command).map((call) => call.args);
const press = async (name: string | RegExp) => userEvent.click(await screen.findByRole("button", { name }));

beforeEach(() => {
  calls = [];
  forget();
  clearToasts();
});

describe("out of touch", () => {
  it.each(["/", "/sharing", "/spaces", "/settings"])("is said once on %s, with since when", async (path) => {
    await open("patient", path, "offline");
    expect(await screen.findAllByText(/The relay is out of reach. This is from/)).toHaveLength(1);
    expect(screen.getByText("Out of touch")).toBeTruthy();
  });

  it("is said before any page is there", async () => {
    Object.assign(wanted, { holds: true });
    try {
      await open("patient", "/", "offline");
      expect(await screen.findByText(/The relay is out of reach\. This is from/)).toBeTruthy();
      expect(asked("patient_home")).toHaveLength(1);
    } finally {
      Object.assign(wanted, { holds: false });
    }
  });

  it("is said at the foot of the window, where it pushes nothing, whatever else is missing", async () => {
    await open("patient", "/", "offline");
    await screen.findByText(/The relay is out of reach\. This is from/);
    const strips = document.querySelectorAll(".offline");
    expect(strips.length).toBeGreaterThan(0);
    for (const strip of strips) expect(strip.parentElement?.className).toContain("foot");
    const foot = strips[0]?.parentElement;
    expect(foot?.parentElement?.lastElementChild).toBe(foot);
  });

  it("is said on paper in other words", async () => {
    await open("patient", "/history", "offline");
    const note = await screen.findByText(/Printed while the relay was out of reach\..*20\d\d at \d/);
    expect(note.className).toBe("print-only paper-note");
  });

  it("asks again when told to", async () => {
    await open("patient", "/spaces", "offline");
    await press("Try again");
    await waitFor(() => {
      expect(asked("sync_now")).toHaveLength(1);
    });
  });

  it("is not said while the relay answers", async () => {
    await open("patient", "/");
    expect(await screen.findByText(/^In touch/)).toBeTruthy();
    expect(screen.queryByText(/out of reach/)).toBeNull();
  });
});

describe("undo", () => {
  it("gives a space its old name back", async () => {
    await open("patient", "/spaces");
    await press("Rename Heart");
    const field = await screen.findByRole("textbox", { name: "Name of the space" });
    await userEvent.clear(field);
    await userEvent.type(field, "My heart");
    await press("Save the name");
    expect(await screen.findByText("The space is called “My heart” now")).toBeTruthy();
    await press("Undo");
    await waitFor(() => {
      expect(asked("space_rename").map((args) => args.name)).toEqual(["My heart", "Heart"]);
    });
    expect(screen.queryByText(/is called “My heart”/)).toBeNull();
  }, 20_000);

  it("brings forgotten answers back", async () => {
    await open("patient", "/sharing/new");
    await userEvent.click(await screen.findByRole("radio", { name: /Heart/ }));
    await press("Stop and forget my answers");
    await press("Undo");
    const chosen = await screen.findByRole<HTMLInputElement>("radio", { name: /Heart/ });
    expect(chosen.checked).toBe(true);
  });

  const byPalette = async (words: string) => {
    await userEvent.keyboard("{Control>}k{/Control}");
    await userEvent.click(await screen.findByRole("menuitem", { name: words }));
  };

  it("brings the colours back as they were chosen", async () => {
    await open("patient", "/");
    const root = document.documentElement.dataset;
    expect(root.theme).toBe("light");
    await byPalette("Use dark colours");
    expect(await screen.findByText("Dark colours are used now")).toBeTruthy();
    expect(root.theme).toBe("dark");
    await press("Undo");
    await waitFor(() => {
      expect(root.theme).toBe("light");
    });
    // Back to what the settings said, which was neither light nor dark.
    await waitFor(() => {
      expect(asked("settings_write").map((args) => (args.settings as SettingsView).theme)).toEqual([
        "dark",
        "system",
      ]);
    });
  }, 20_000);

  it("brings the size of the text back, also in the settings", async () => {
    await open("patient", "/settings");
    const size = async (name: string) =>
      (await screen.findByRole<HTMLInputElement>("radio", { name })).checked;
    expect(await size("Normal")).toBe(true);
    await byPalette("Larger text");
    expect(await screen.findByText("The text is at 125 % now")).toBeTruthy();
    expect(await size("A bit larger")).toBe(true);
    await press("Undo");
    await waitFor(async () => {
      expect(await size("Normal")).toBe(true);
    });
    expect(document.documentElement.dataset.text).toBe("100");
  }, 20_000);

  it("is gone with the lock", async () => {
    await open("patient", "/sharing/new");
    await press("Stop and forget my answers");
    expect(await screen.findByText("Your answers are forgotten")).toBeTruthy();
    wanted.state = "locked";
    act(() => {
      tell("session://locked", null);
    });
    expect(await screen.findByRole("button", { name: "Unlock" })).toBeTruthy();
    expect(screen.queryByText("Your answers are forgotten")).toBeNull();
  });
});

describe("the command palette", () => {
  const type = async (words: string) => {
    await userEvent.keyboard("{Control>}k{/Control}");
    await userEvent.type(await screen.findByRole("searchbox"), words);
  };

  it("searches the records for what fits no place", async () => {
    await open("patient", "/");
    await type("metformin");
    expect(await screen.findByRole("menuitem", { name: "Search my records for “metformin”" })).toBeTruthy();
    await userEvent.keyboard("{Enter}");
    await waitFor(() => {
      expect(window.location.hash).toBe("#/search?q=metformin");
    });
  }, 20_000);

  it("offers no search where there is nothing to search", async () => {
    await open("desk", "/");
    await type("metformin");
    expect(await screen.findByText("Nothing fits. Try another word.")).toBeTruthy();
  }, 20_000);

  it("has every place of the rail and the deeds", async () => {
    await open("patient", "/");
    await type("s");
    const names = screen.getAllByRole("menuitem").map((item) => item.textContent);
    for (const place of ["Records", "Sharing", "Spaces", "Settings", "Share records"])
      expect(names).toContain(place);
  }, 20_000);

  const all = async (kind: string) => {
    await open(kind, "/");
    await userEvent.keyboard("{Control>}k{/Control}");
    await screen.findByRole("searchbox");
    return screen.getAllByRole("menuitem").map((item) => item.textContent);
  };

  it.each([
    ["Timeline", "/records/timeline"],
    ["Results", "/records/results"],
    ["Medicines", "/records/medicines"],
    ["Documents", "/records/documents"],
    ["Compare two days", "/records/comparison"],
    ["Recovery kit", "/settings/recovery"],
    ["Backup", "/settings/recovery"],
  ])("leads a patient to %s", async (words, path) => {
    await open("patient", "/");
    await type(words);
    await userEvent.click(await screen.findByRole("menuitem", { name: words }));
    await waitFor(() => {
      expect(window.location.hash).toBe(`#${path}`);
    });
  });

  it("leads a doctor to each patient whose records can be read, by the name shown", async () => {
    await open("doctor", "/");
    await userEvent.keyboard("{Control>}k{/Control}");
    const menu = within(await screen.findByRole("group", { name: "Patients" }));
    const shown = menu.getAllByRole("menuitem").map((item) => item.textContent);
    expect(shown).toEqual([
      "Test-Anna Maria Muster-Sample · born 14 March 1961 · Example Clinic on the Hill vouches for this",
      "Silver Heron 27",
      "Test-Anna Maria Muster-Sample · born 1 February 1984 · Stated by the patient, not checked",
    ]);
    await userEvent.type(screen.getByRole("searchbox"), "Heron");
    await userEvent.keyboard("{Enter}");
    await waitFor(() => {
      expect(window.location.hash).toBe("#/patients/r2");
    });
  }, 20_000);

  it("leads a desk to the register of people", async () => {
    await open("desk", "/");
    await type("Register a person");
    const [line] = await screen.findAllByRole("menuitem", { name: "Register a person" });
    if (line) await userEvent.click(line);
    await waitFor(() => {
      expect(window.location.hash).toBe("#/people/register");
    });
  }, 20_000);

  it.each([
    ["patient", ["Patients", "Register a person", "Clinicians"]],
    ["doctor", ["Share records", "Timeline", "Compare two days", "Register a person"]],
    ["desk", ["Share records", "Timeline", "Compare two days", "Patients"]],
  ])("never offers a %s what belongs to somebody else", async (kind, others) => {
    const names = await all(kind);
    expect(names.filter((name) => others.includes(name ?? ""))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("what is to mend in a form", () => {
  it("leads to its field", async () => {
    await open("desk", "/people/register");
    await press("Check the answers");
    await press("Fill in the family name");
    expect(document.activeElement).toBe(screen.getByRole("textbox", { name: "Family name" }));
  });
});

describe("the desk's queue", () => {
  it("is walked by arrow keys", async () => {
    await open("desk", "/");
    const queue = within(await screen.findByRole("list"));
    const lines = await queue.findAllByRole("link");
    lines[0]?.focus();
    await userEvent.keyboard("{ArrowDown}{ArrowDown}{ArrowUp}");
    expect(document.activeElement).toBe(lines[1]);
    await userEvent.keyboard("{End}");
    expect(document.activeElement).toBe(lines.at(-1));
    await userEvent.keyboard("{ArrowDown}");
    expect(document.activeElement).toBe(lines.at(-1));
    await userEvent.keyboard("{Home}");
    expect(document.activeElement).toBe(lines[0]);
  });
});

describe("a toast", () => {
  it("is reached by one key from anywhere, and gives the focus back when it goes", async () => {
    await open("patient", "/");
    const user = userEvent.setup();
    const link = screen.getByRole("link", { name: "Spaces" });
    link.focus();
    await user.keyboard("{F6}");
    expect(document.activeElement).toBe(link);
    let undone = 0;
    act(() => {
      toast("It is done", () => {
        undone += 1;
      });
    });
    await user.keyboard("{F6}");
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Undo" }));
    await user.keyboard("{Enter}");
    expect(undone).toBe(1);
    expect(screen.queryByText("It is done")).toBeNull();
    expect(document.activeElement).toBe(link);
  });
});
