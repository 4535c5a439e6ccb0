import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { App } from "../src/app/App";
import { forget } from "../src/app/queries";
import { fakeTransport } from "../src/backend/fake";
import { tell, wanted } from "../src/backend/fake/wanted";
import { setTransportForTests } from "../src/backend/transport";

let started: string[] = [];
/** An import is running already: the core starts no second one. */
let busy = false;

async function open(kind: string, state = "full"): Promise<void> {
  const fake = fakeTransport();
  setTransportForTests({
    ...fake,
    call: (command, args = {}) => {
      if (command !== "import_start") return fake.call(command, args);
      if (busy) return Promise.reject({ code: "import-running", params: {} } as unknown as Error);
      started.push(String(args.token));
      return fake.call(command, args);
    },
  });
  Object.assign(wanted, { window: kind, state });
  window.location.hash = "/";
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  await screen.findByRole("heading", { level: 1 });
}

const drag = (where: "over" | "left" | "dropped") => {
  act(() => {
    tell("drag://moved", where);
  });
};
const drop = (token: string, ...names: string[]) => {
  drag("dropped");
  act(() => {
    tell("import://dropped", { token, names });
  });
};

beforeEach(() => {
  started = [];
  busy = false;
  forget();
});

describe("files over a patient's window", () => {
  it("see where they can be let go, until they leave or are let go", async () => {
    await open("patient");
    drag("over");
    expect(screen.getByText("Let go to add these files")).toBeTruthy();
    drag("left");
    expect(screen.queryByText("Let go to add these files")).toBeNull();
    drag("over");
    drop("t1", "letter.pdf");
    expect(screen.queryByText("Let go to add these files")).toBeNull();
    await waitFor(() => {
      expect(started).toEqual(["t1"]);
    });
    await waitFor(() => {
      expect(window.location.hash).toBe("#/add/i1");
    });
  }, 20_000);

  it(
    "wait by name where an import is running, also after looking elsewhere, and are added with one press",
    { timeout: 20_000 },
    async () => {
      await open("patient");
      busy = true;
      drop("t1", "letter.pdf");
      drop("t2", "scan.png", "from the portal");
      expect(await screen.findByText("This file waits: letter.pdf")).toBeTruthy();
      expect(screen.getByText("These files wait: scan.png, from the portal")).toBeTruthy();
      expect(screen.getAllByText(/Records are being added already/)).toHaveLength(2);
      act(() => {
        window.location.hash = "/";
      });
      await waitFor(() => {
        expect(screen.queryByText("This file waits: letter.pdf")).toBeNull();
      });
      act(() => {
        window.location.hash = "/add";
      });
      await screen.findByText("This file waits: letter.pdf");
      busy = false;
      const [add] = screen.getAllByRole("button", { name: "Add now" });
      if (add) await userEvent.click(add);
      await waitFor(() => {
        expect(started).toEqual(["t1"]);
      });
      await waitFor(() => {
        expect(screen.queryByText("This file waits: letter.pdf")).toBeNull();
        expect(window.location.hash).toBe("#/add/i1");
      });
      // Its report does not hide what still waits.
      await screen.findByText("These files wait: scan.png, from the portal");
      await userEvent.click(screen.getByRole("button", { name: "Leave out" }));
      await waitFor(() => {
        expect(screen.queryByText(/These files wait/)).toBeNull();
      });
    },
  );
});

describe("files over a window that takes none", () => {
  it.each([
    ["doctor", "full", "A doctor’s window takes no files", /share them with you/],
    ["desk", "full", "A desk’s window takes no files", /in their own window/],
    ["patient", "locked", "Unlock Keyward first", /drop the files again/],
    ["welcome", "full", "Open your profile first", /in its window/],
  ])("of a %s (%s) read what to do", async (kind, state, what, mend) => {
    await open(kind, state);
    drag("over");
    expect(screen.getByText(what)).toBeTruthy();
    drag("dropped");
    expect(screen.getByRole("alert").textContent).toContain(what);
    expect(screen.getByText(mend).textContent).toContain("Nothing was added.");
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    expect(screen.queryByText(what)).toBeNull();
    expect(started).toEqual([]);
  });
});
