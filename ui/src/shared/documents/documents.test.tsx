import { act, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "../../app/App";
import { answers, forget } from "../../app/queries";
import { fakeTransport } from "../../backend/fake";
import { wanted } from "../../backend/fake/wanted";
import { itemById } from "../../backend/fake/chart";
import type { DocumentView, ItemQuery, RoomRecord } from "../../backend/types";
import { setTransportForTests, type Transport } from "../../backend/transport";
import { wordsText } from "./plain";
import { pixelsFor, turned, zoomStep } from "./types";

// The first test also loads everything.
configure({ asyncUtilTimeout: 10_000 });

let asked: { command: string; args: Record<string, unknown> }[] = [];

type Own = Record<string, (args: Record<string, unknown>) => unknown>;

beforeEach(() => {
  asked = [];
  forget();
  // jsdom lays nothing out: a reader 900 pixels wide.
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(932);
});

async function open(path: string, own: Own = {}): Promise<void> {
  const fake = fakeTransport();
  const listening: Transport = {
    ...fake,
    call: async (command, args = {}) => {
      asked.push({ command, args });
      return own[command]?.(args) ?? fake.call(command, args);
    },
  };
  setTransportForTests(listening);
  Object.assign(wanted, { window: "patient", state: "full" });
  window.location.hash = path;
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  await screen.findByRole("heading", { level: 1 }, { timeout: 8_000 });
}

const times = (command: string) => asked.filter((call) => call.command === command);

describe("the reader of documents", () => {
  it("shows every page in a box of its size, and asks for as many pixels as are seen", async () => {
    await open("/records/i7/document/0");
    await waitFor(() => {
      const name = /Page \d of 3 of Letter of the heart clinic/;
      expect(screen.getAllByRole("img", { name })).toHaveLength(3);
    });
    const widths = times("document_page").map((call) => call.args.width);
    expect(new Set(widths)).toEqual(new Set([1000]));
    expect(screen.getByText(/PDF · 3 pages · .* · Made on 6 August 2018/)).toBeTruthy();
  });

  it("finds words, lists the places and marks them", async () => {
    await open("/records/i7/document/0");
    const field = await screen.findByRole("searchbox", { name: "Find in this document" });
    fireEvent.change(field, { target: { value: "haemoglobin" } });
    expect(await screen.findByText("Found in 3 places")).toBeTruthy();
    const places = within(screen.getByRole("list", { name: "Places where it was found" }));
    expect(places.getAllByRole("button")).toHaveLength(3);
    expect(document.querySelectorAll(".doc-mark")).toHaveLength(3);
    fireEvent.change(field, { target: { value: "" } });
    await waitFor(() => {
      expect(document.querySelectorAll(".doc-mark")).toHaveLength(0);
    });
  });

  it("has the words of each page for who cannot see pictures", async () => {
    await open("/records/i7/document/0");
    fireEvent.click(await screen.findByRole("radio", { name: "Text" }));
    await waitFor(() => {
      expect(screen.getAllByText(/Haemoglobin was 13.5/)).toHaveLength(3);
    });
    expect(screen.getByRole("heading", { name: "Page 2 of 3" })).toBeTruthy();
  });

  it("turns and enlarges", async () => {
    await open("/records/i7/document/0");
    await screen.findAllByRole("img", { name: /Page/ });
    fireEvent.click(screen.getByRole("button", { name: "Turn" }));
    expect(document.querySelector<HTMLElement>(".doc-sheet")?.style.transform).toContain("rotate(90deg)");
    fireEvent.click(screen.getByRole("button", { name: "Larger" }));
    expect(await screen.findByText("100 %")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Fit the width" }));
    expect(screen.queryByText("100 %")).toBeNull();
  });

  it("shows a medical picture through another window", async () => {
    await open("/records/i7/document/1");
    const preset = await screen.findByRole("combobox", { name: "Set for" });
    fireEvent.change(preset, { target: { value: "lung" } });
    await waitFor(() => {
      const last = times("document_page").at(-1)?.args.window;
      expect(last).toEqual({ centre: -600, width: 1500 });
    });
    // Soft tissue is the same window as the suggested one: it is not put back to that name on the way to others.
    fireEvent.change(preset, { target: { value: "soft" } });
    await waitFor(() => {
      expect((preset as HTMLSelectElement).value).toBe("soft");
    });
    expect(screen.getAllByRole("slider")).toHaveLength(2);
    expect(screen.queryByRole("searchbox", { name: "Find in this document" })).toBeNull();
  });

  it("says why a document cannot be shown, and lets it be saved", async () => {
    await open("/records/i7/document/2");
    expect(await screen.findByText("This document cannot be shown")).toBeTruthy();
    expect(screen.getByText(/locked with a password/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Save a copy" }));
    await waitFor(() => {
      expect(times("document_save")).toHaveLength(1);
    });
  });

  it("puts another document beside it", async () => {
    await open("/records/i7/document/0");
    fireEvent.click(await screen.findByRole("button", { name: "Put a document beside it" }));
    fireEvent.click(await screen.findByRole("option", { name: "This document again" }));
    const beside = within(await screen.findByRole("region", { name: "Document beside it" }));
    await waitFor(() => {
      expect(beside.getAllByRole("img", { name: /Page/ })).toHaveLength(3);
    });
    expect(beside.queryByRole("button", { name: "Save a copy" })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Take it away" }));
    expect(screen.queryByRole("region", { name: "Document beside it" })).toBeNull();
    // The button that was pressed is gone: the focus is where one would choose another.
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Put a document beside it" }));
  });

  it("puts a document beside one that is text, and copies its words alone", async () => {
    userEvent.setup();
    const text = (words: string) => async (args: Record<string, unknown>) => ({
      ...((await fakeTransport().call("document_open", args)) as DocumentView),
      kind: "text" as const,
      text: words,
    });
    await open("/records/i7/document/0", { document_open: text("Dear Ms Sample") });
    fireEvent.click(await screen.findByRole("button", { name: "Put a document beside it" }));
    fireEvent.click(await screen.findByRole("option", { name: "This document again" }));
    const beside = within(await screen.findByRole("region", { name: "Document beside it" }));
    expect(await beside.findByText("Dear Ms Sample")).toBeTruthy();
    expect(beside.queryByRole("button", { name: "Copy as text" })).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Copy as text" }));
    await waitFor(async () => {
      expect(await navigator.clipboard.readText()).toBe("Letter of the heart clinic\n\nDear Ms Sample");
    });
  });

  it("copies the words of a document in HTML line by line, without what could run", () => {
    const html =
      "<h1>Letter</h1><p>Dear <b>Ms Sample</b>,</p><table><tr><td>Potassium</td><td>5.9</td></tr></table>";
    const shown = { title: null, description: null, text: null, cut: true } as DocumentView;
    expect(wordsText({ ...shown, html: `${html}<script>run()</script>` })).toBe(
      "Letter\nDear Ms Sample,\nPotassium 5.9\n\nThis is not all. Save a copy to read the rest.",
    );
  });

  describe("offers to put beside it", () => {
    const letters = Array.from({ length: 130 }, (_, n) => ({
      ...itemById("i14"),
      id: `l${String(n)}`,
      title: `Letter ${String(n)}`,
      attachments: n === 0 ? 3 : 1,
    }));
    const items = ({ query }: Record<string, unknown>) => {
      const { offset, limit, text } = query as ItemQuery;
      const fitting = letters.filter((item) => !text || item.title.includes(text));
      return { items: fitting.slice(offset, offset + limit), offset, total: fitting.length };
    };
    const offered = async () => {
      const list = within(await screen.findByRole("listbox", { name: "Documents" }));
      return list
        .getAllByRole("option")
        .map((option) => option.querySelector("span")?.firstChild?.textContent);
    };
    const choose = async () => {
      await open("/records/i7/document/0", { room_items: items });
      fireEvent.click(await screen.findByRole("button", { name: "Put a document beside it" }));
      await screen.findByRole("option", { name: /^Letter 99/ });
    };

    it("every document of a record, and page after page of all of them", async () => {
      await choose();
      const first = await offered();
      expect(first.slice(0, 4)).toEqual([
        "This document again",
        "Letter 0, document 1 of 3",
        "Letter 0, document 2 of 3",
        "Letter 0, document 3 of 3",
      ]);
      expect(first).not.toContain("Letter 129");
      fireEvent.click(screen.getByRole("button", { name: "Show more" }));
      fireEvent.click(await screen.findByRole("option", { name: /^Letter 129/ }));
      await waitFor(() => {
        expect(times("document_open").at(-1)?.args).toMatchObject({ recordId: "l129", index: 0 });
      });
      expect(screen.getByRole("button", { name: "Beside it: Letter 129" })).toBeTruthy();
    });

    it("what fits the words, wherever it is in the chart", async () => {
      await choose();
      fireEvent.change(screen.getByRole("searchbox", { name: "Words to look for" }), {
        target: { value: "Letter 127" },
      });
      await waitFor(async () => {
        expect(await offered()).toEqual(["Letter 127"]);
      });
    });

    it("the other documents of its own record", async () => {
      const fake = fakeTransport();
      await open("/records/i7/document/0", {
        room_record: async (args) => {
          const known = structuredClone(await fake.call("room_record", args)) as RoomRecord;
          known.record.item.attachments = 2;
          return known;
        },
      });
      fireEvent.click(await screen.findByRole("button", { name: "Put a document beside it" }));
      const other = await screen.findByRole("option", { name: /, document 2 of 2/ });
      fireEvent.click(other);
      await waitFor(() => {
        expect(times("document_open").at(-1)?.args).toMatchObject({ recordId: "i7", index: 1 });
      });
    });
  });

  it("closes the document and gives its pictures back when it is left", async () => {
    const revoke = vi.spyOn(URL, "revokeObjectURL");
    await open("/records/i7/document/0");
    await waitFor(() => {
      expect(screen.getAllByRole("img", { name: /Page/ })).toHaveLength(3);
    });
    asked = [];
    revoke.mockClear();
    await act(async () => {
      window.location.hash = "/records/i7";
      await Promise.resolve();
    });
    await waitFor(() => {
      expect(times("document_close")).toHaveLength(1);
    });
    expect(revoke).toHaveBeenCalledTimes(3);
    expect(answers.getQueryCache().findAll({ queryKey: ["once", "document"] })).toHaveLength(0);
  });
});

describe("sizes", () => {
  it("steps from any width to the next one", () => {
    expect(zoomStep(113, true)).toBe(125);
    expect(zoomStep(113, false)).toBe(100);
    expect(zoomStep(100, true)).toBe(125);
    expect(zoomStep(400, true)).toBe(400);
    expect(zoomStep(20, false)).toBe(50);
  });

  it("asks for pixels in steps and within bounds", () => {
    expect(pixelsFor(900, 1)).toBe(1000);
    expect(pixelsFor(905, 1)).toBe(1000);
    expect(pixelsFor(900, 2)).toBe(1800);
    expect(pixelsFor(9000, 3)).toBe(3600);
    expect([0, 90, 180, 270].map((turn) => turned(turn as 0))).toEqual([90, 180, 270, 0]);
  });
});
