import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { App } from "../../app/App";
import { forget } from "../../app/queries";
import { fakeTransport } from "../../backend/fake";
import { itemById } from "../../backend/fake/chart";
import { wanted } from "../../backend/fake/wanted";
import { setTransportForTests } from "../../backend/transport";
import type { AppError, ItemQuery, RoomRecord, RoomSummary, SensitivityMatch } from "../../backend/types";

let calls: { command: string; args: Record<string, unknown> }[] = [];
const asked = (command: string) => calls.filter((call) => call.command === command).map((call) => call.args);

type Own = Record<string, (args: Record<string, unknown>) => unknown>;

async function open(kind: string, path: string, own: Own = {}): Promise<void> {
  const fake = fakeTransport();
  setTransportForTests({
    ...fake,
    call: async (command, args = {}) => {
      calls.push({ command, args });
      return own[command] ? own[command](args) : fake.call(command, args);
    },
  });
  Object.assign(wanted, { window: kind, state: "full" });
  window.location.hash = path;
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  await screen.findByRole("heading", { level: 1 });
}

const region = async (name: string) => within(await screen.findByRole("region", { name }));

beforeEach(() => {
  calls = [];
  forget();
});

describe("the summary", () => {
  it("tells not shared, none recorded and source only apart", async () => {
    await open("doctor", "/patients/r1");
    const vaccinations = await region("Vaccinations");
    expect(vaccinations.getByText("Not shared with you")).toBeTruthy();
    expect(vaccinations.queryByText("None recorded")).toBeNull();
    const everything = await region("Everything by kind");
    const kind = (name: string) => within(everything.getByText(name).closest("li") as HTMLElement);
    expect(kind("Operations and treatments").getByText("None recorded")).toBeTruthy();
    expect(kind("Letters and documents").getByText("Not shared with you")).toBeTruthy();
  });

  it("tells the owner what is shown as source only, and never 'with you'", async () => {
    await open("patient", "/records");
    const everything = await region("Everything by kind");
    expect(everything.getByText(/1 entry is only kept as it came/)).toBeTruthy();
    expect(screen.queryByText("Not shared with you")).toBeNull();
  });

  it("keeps what is new in sight during the visit and notes the visit once", async () => {
    await open("patient", "/records");
    const fresh = await region("New since you last looked");
    expect(fresh.getByText("Report of the heart ultrasound")).toBeTruthy();
    expect(asked("room_mark_seen")).toEqual([{ scope: { kind: "own" } }]);
    await userEvent.click(fresh.getByText("Report of the heart ultrasound"));
    await screen.findByRole("heading", { level: 1, name: "Report of the heart ultrasound" });
    await act(async () => {
      window.location.hash = "/records";
      await Promise.resolve();
    });
    expect(
      (await region("New since you last looked")).getByText("Report of the heart ultrasound"),
    ).toBeTruthy();
    expect(asked("room_mark_seen")).toHaveLength(1);
  });

  it("asks for one's own records in the patient's window, and for the share in the doctor's", async () => {
    await open("doctor", "/patients/r1");
    await region("Allergies");
    expect(asked("room_summary")[0]).toEqual({ scope: { kind: "share", id: "r1" } });
  });
});

describe("the timeline", () => {
  it("moves along the years and months by keyboard, over empty years", async () => {
    await open("patient", "/records/timeline");
    const years = await screen.findByRole("slider", { name: "Year" });
    expect(years.getAttribute("aria-valuetext")).toBe("2022: 2 entries");
    act(() => {
      years.focus();
    });
    await userEvent.keyboard("{ArrowLeft}");
    expect(years.getAttribute("aria-valuetext")).toMatch(/^2021: /);
    await userEvent.keyboard("{Home}");
    expect(years.getAttribute("aria-valuetext")).toBe("1999: 1 entry");
    await userEvent.keyboard("{ArrowRight}");
    expect(years.getAttribute("aria-valuetext")).toMatch(/^2009: /);
    await userEvent.keyboard("{End}");
    expect(years.getAttribute("aria-valuetext")).toBe("2022: 2 entries");
    const months = screen.getByRole("slider", { name: "Month of 2022" });
    expect(months.getAttribute("aria-valuetext")).toBe("October 2022: 1 entry");
    act(() => {
      months.focus();
    });
    await userEvent.keyboard("{ArrowLeft}");
    expect(months.getAttribute("aria-valuetext")).toBe("July 2022: 1 entry");
  });

  it("asks for pages, not for everything, and draws only what is in sight", async () => {
    await open("patient", "/records/timeline", {
      room_density: () => [{ month: "2020-01", category: "results", items: 100_000 }],
      room_items: (args) => {
        const { offset, limit } = args.query as ItemQuery;
        return { items: [], offset, total: 100_000, limit };
      },
    });
    const list = await screen.findByRole("list", { name: "Entries, newest first" });
    await waitFor(() => {
      expect(asked("room_items").length).toBeGreaterThan(0);
    });
    for (const { query } of asked("room_items") as { query: ItemQuery }[]) expect(query.limit).toBe(100);
    const rows = within(list).getAllByRole("listitem");
    expect(rows.length).toBeLessThan(60);
    expect(rows[0]?.getAttribute("aria-setsize")).toBe("100000");
  });

  it("filters by kind and words in the address, so that going back finds them again", async () => {
    await open("patient", "/records/timeline?kind=medications");
    await screen.findByText("Ramipril 5 mg tablet");
    expect((asked("room_density").at(-1)?.query as ItemQuery).categories).toEqual(["medications"]);
    await userEvent.type(screen.getByRole("searchbox", { name: "Words to look for" }), "zebra");
    expect(await screen.findByText("Nothing fits")).toBeTruthy();
    expect(window.location.hash).toContain("text=zebra");
    await userEvent.click(screen.getByRole("button", { name: "Show everything again" }));
    expect(await screen.findByText("Influenza vaccine")).toBeTruthy();
    expect(window.location.hash).toBe("#/records/timeline");
  });

  it("says not shared instead of nothing fits", async () => {
    await open("doctor", "/patients/r1/timeline?kind=documents");
    expect(await screen.findByText("Not shared with you")).toBeTruthy();
    expect(screen.queryByText("Nothing fits")).toBeNull();
  });
});

describe("results", () => {
  it("give the laboratory's own range and the flag in words beside each value", async () => {
    await open("patient", "/records/results");
    const row = (await screen.findByRole("rowheader", { name: /Potassium/ })).closest("tr") as HTMLElement;
    expect(within(row).getByText("High (H)")).toBeTruthy();
    expect(within(row).getByText("3.5 to 5.1 mmol/L")).toBeTruthy();
  });

  it("do not call a value the newest where only those that are flagged are looked for", async () => {
    await open("patient", "/records/results?only=flagged");
    expect(await screen.findByRole("columnheader", { name: "Newest flagged" })).toBeTruthy();
    expect(screen.getByText(/A newer one may be normal/)).toBeTruthy();
    expect(screen.queryByRole("columnheader", { name: "Newest value" })).toBeNull();
    await userEvent.click(screen.getByRole("checkbox", { name: "Only what the laboratory flagged" }));
    expect(await screen.findByRole("columnheader", { name: "Newest value" })).toBeTruthy();
    expect(screen.queryByText(/A newer one may be normal/)).toBeNull();
  });

  /** 150 results in two pages; the second fails while `broken`. */
  async function openMany(state = { broken: false }): Promise<void> {
    const many = (offset: number) =>
      Array.from({ length: 100 }, (_, n) => ({
        key: `k${String(offset + n)}`,
        name: `Test ${String(offset + n)}`,
      }));
    const real = (await fakeTransport().call("room_analytes", {
      scope: { kind: "own" },
      query: {},
    })) as { analytes: object[] };
    await open("patient", "/records/results", {
      room_analytes: (args) => {
        const { offset } = args.query as ItemQuery;
        if (state.broken && offset > 0) throw { code: "vault-busy", params: {} } satisfies AppError;
        return {
          analytes: many(offset)
            .slice(0, 150 - offset)
            .map((change) => ({ ...real.analytes[0], ...change })),
          offset,
          total: 150,
        };
      },
    });
    expect(await screen.findByText("100 of 150 shown")).toBeTruthy();
  }

  it("ask for the next page on request", async () => {
    await openMany();
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(await screen.findByRole("rowheader", { name: /Test 149/ })).toBeTruthy();
  });

  // By text: to look for roles in so long a table is slow.
  it("are copied whole, also what was not asked for yet", async () => {
    await openMany();
    await userEvent.click(screen.getByText("Copy as text"));
    await screen.findByText("150 of 150 shown");
    await waitFor(() => {
      expect(asked("text_copy")).toHaveLength(1);
    });
    const { text } = asked("text_copy")[0] as { text: string };
    // A heading, an empty line, a line for each.
    expect(text.split("\n")).toHaveLength(2 + 150);
  });

  it("are neither copied nor printed in part", async () => {
    const state = { broken: true };
    await openMany(state);
    for (const [deed, problems] of [
      ["Copy as text", 1],
      ["Print or save as PDF", 2],
    ] as const) {
      await userEvent.click(screen.getByText(deed));
      await waitFor(() => {
        expect(document.querySelectorAll("[role=alert]")).toHaveLength(problems);
      });
    }
    expect([...asked("text_copy"), ...asked("print_window")]).toEqual([]);
    state.broken = false;
    await userEvent.click(screen.getByText("Copy as text"));
    await waitFor(() => {
      expect(asked("text_copy")).toHaveLength(1);
    });
  });

  it("let the values of a curve be visited by keyboard, with range and flag in words", async () => {
    await open("patient", "/records/results/text%7Cglucose");
    const points = await screen.findByRole("slider", { name: "Values of Glucose" });
    expect(points.getAttribute("aria-valuetext")).toBe(
      "11 July 2022: 7.1 mmol/L, High (H). Laboratory’s range: 3.9 to 5.6 mmol/L",
    );
    act(() => {
      points.focus();
    });
    await userEvent.keyboard("{Home}");
    expect(points.getAttribute("aria-valuetext")).toMatch(/^11 February 2012: 92 mg\/dL/);
    await userEvent.keyboard("{ArrowRight}");
    expect(points.getAttribute("aria-valuetext")).toMatch(/^11 March 2014: 101 mg\/dL, High/);
    await userEvent.keyboard("{End}");
    expect(points.getAttribute("aria-valuetext")).toMatch(/^11 July 2022/);
  });

  it("say what was converted and with what, and list what is not on the curve", async () => {
    await open("patient", "/records/results/text%7Cglucose");
    expect(
      await screen.findByText(
        "Shown in mmol/L. Values in mg/dL were converted with the molar mass of Glucose, 180.156 g/mol.",
      ),
    ).toBeTruthy();
    const left = await region("1 value is not in the picture");
    expect(left.getByText("5 May 2009: ++")).toBeTruthy();
    expect(screen.getByText("5.11 mmol/L, converted")).toBeTruthy();
  });

  it("compare two days, and say where the difference needed a conversion", async () => {
    await open("patient", "/records/comparison?earlier=2014-03-11&later=2022-07-11");
    const row = (await screen.findByRole("rowheader", { name: "Glucose" })).closest("tr") as HTMLElement;
    expect(within(row).getByText("101 mg/dL")).toBeTruthy();
    expect(within(row).getByText("after converting one value")).toBeTruthy();
    expect(asked("room_comparison").at(-1)).toMatchObject({ earlier: "2014-03-11", later: "2022-07-11" });
  });
});

describe("medicines", () => {
  it("stand by what became of them, with their course", async () => {
    await open("patient", "/records/medicines");
    const now = await region("Taken now");
    expect(now.getByText("Changed on 15 January 2020", { selector: "p" })).toBeTruthy();
    await userEvent.click(now.getByRole("button", { name: "How it went" }));
    expect(now.getByText("Started on 1 September 2018")).toBeTruthy();
    const paused = await region("Paused or planned");
    expect(paused.getByText("Mental health")).toBeTruthy();
    expect((await region("Stopped or used up")).getByText("Ibuprofen 400 mg tablet")).toBeTruthy();
  });
});

describe("the search", () => {
  it("marks what was found and counts it", async () => {
    await open("patient", "/search?q=tablet");
    expect(await screen.findByText("4 entries were found")).toBeTruthy();
    expect(screen.getAllByText("tablet", { selector: "mark" })).toHaveLength(3);
  });

  it("says what to try where nothing was found, and tells a reader why it may be missing", async () => {
    await open("doctor", "/patients/r1/search?q=zebra");
    expect(await screen.findByText("Nothing was found for “zebra”")).toBeTruthy();
    expect(screen.getByText(/What was not shared with you cannot be found here/)).toBeTruthy();
    expect(asked("room_search")[0]).toMatchObject({ scope: { kind: "share", id: "r1" } });
  });
});

describe("a record", () => {
  it("opens its source: the piece of the document it was made from, indented", async () => {
    await open("patient", "/records/g3");
    await userEvent.click(await screen.findByRole("button", { name: "Source" }));
    const excerpt = screen.getByLabelText("As it stood in the document");
    expect(excerpt.textContent).toContain('\n  <value xsi:type="PQ" value="6.4" unit="mmol/L"/>\n');
    expect(screen.getByText("Results", { selector: "dd" })).toBeTruthy();
    expect(screen.getByText(/bundle-1.json, received on/)).toBeTruthy();
  });

  it("that stands for a file too large to be shown says so, and gives it back", async () => {
    await open("patient", "/records/x2");
    expect(await screen.findByText(/has 41 MB\. Keyward shows documents of up to 32 MB/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Save the original" }));
    expect(asked("import_export_original")).toMatchObject([{ of: { kind: "record", id: "x2" } }]);
    expect(await screen.findByText("The original of heart-scan.pdf is saved")).toBeTruthy();
  });

  it("can be kept with another kind, and put back", async () => {
    await open("patient", "/records/g3");
    await userEvent.click(await screen.findByRole("button", { name: "Keep this with another kind" }));
    await userEvent.click(await screen.findByRole("button", { name: "Move it" }));
    expect(screen.getByText("Choose a kind")).toBeTruthy();
    expect(asked("record_move")).toEqual([]);
    await userEvent.click(screen.getByRole("radio", { name: /^Mental health/ }));
    await userEvent.click(screen.getByRole("button", { name: "Move it" }));
    await waitFor(() => {
      expect(asked("record_move")).toEqual([{ id: "g3", category: "mentalHealth" }]);
    });
  });

  it("can be moved with all that came in its file, each to its own kind, and all go back at once", async () => {
    await open("patient", "/records/g3");
    await userEvent.click(await screen.findByRole("button", { name: "Keep this with another kind" }));
    await userEvent.click(await screen.findByRole("radio", { name: /^All 12 records of its file/ }));
    await userEvent.click(screen.getByRole("button", { name: "Move them all" }));
    expect(screen.getByText("Choose a kind")).toBeTruthy();
    await userEvent.click(screen.getByRole("radio", { name: /^Each with its own kind/ }));
    await userEvent.click(screen.getByRole("button", { name: "Move them all" }));
    await waitFor(() => {
      expect(asked("record_move_file")).toEqual([{ id: "g3", category: null }]);
    });
    expect(asked("record_move")).toEqual([]);
    const said = (await screen.findByText("12 records are now with their own kind")).closest(".toast");
    await userEvent.click(within(said as HTMLElement).getByRole("button", { name: "Undo" }));
    await waitFor(() => {
      expect(asked("record_move_back")).toEqual([{ undo: "u1" }]);
    });
  });

  it("says why it is kept apart, and that it waits for a choice", async () => {
    const fake = fakeTransport();
    const reasons: SensitivityMatch[] = [
      { kind: "sexualHealth", why: { by: "within" } },
      { kind: "mentalHealth", why: { by: "code", system: "s", code: "F32.1" } },
      { kind: "mentalHealth", why: { by: "label", code: "PSY" } },
      { kind: "mentalHealth", why: { by: "title", title: "Psychiatry" } },
      { kind: "mentalHealth", why: { by: "medicine", name: "sertraline" } },
      { kind: "genetics", why: { by: "kind", kind: "MolecularSequence" } },
      { kind: "genetics", why: { by: "restricted", code: "R" } },
    ];
    await open("patient", "/records/g3", {
      room_record: async (args) => ({
        ...((await fake.call("room_record", args)) as RoomRecord),
        compartment: "sexualHealth",
        apart: reasons,
        waits: true,
      }),
    });
    const list = (await screen.findByText("Kept apart because")).nextElementSibling as HTMLElement;
    expect(
      within(list)
        .getAllByRole("listitem")
        .map((each) => each.textContent),
    ).toEqual([
      "Sexual health: something in it is kept apart",
      "Mental health: the code F32.1 is in Keyward’s list",
      "Mental health: the sender marked it so (PSY)",
      "Mental health: it has the heading “Psychiatry”",
      "Mental health: it names the medicine sertraline",
      "Genetics: this sort of record always is",
      "The sender marked all of it as private and did not say why (R)",
    ]);
    expect(screen.getByText(/not shared with anybody until you choose/)).toBeTruthy();
  });

  it("belongs to the reader of a share only as far as reading goes", async () => {
    await open("doctor", "/patients/r1/i9");
    await screen.findByRole("heading", { level: 1, name: "Haemoglobin" });
    expect(screen.queryByRole("button", { name: "Keep this with another kind" })).toBeNull();
    expect(screen.getByRole("region", { name: "Whose record this is" })).toBeTruthy();
  });

  it("lists the results of a report and says what is missing", async () => {
    await open("doctor", "/patients/r1/panel1");
    expect(await screen.findByText(/perhaps it was not shared with you/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "Potassium" })).toBeTruthy();
  });
});

describe("the head of a page", () => {
  const never = () => new Promise(() => undefined);
  const actions = () => document.querySelector<HTMLElement>(".page-head .actions");

  it.each([
    ["/records", "room_summary", 3],
    ["/records/sheet", "room_summary", 2],
    ["/records/results", "room_analytes", 3],
    ["/records/results/text%7Cglucose", "room_trend", 2],
    ["/records/medicines", "room_medicines", 2],
    ["/records/comparison", "room_items", 2],
    ["/records/timeline", "room_density", 1],
    ["/records/g3", "room_record", 2],
  ])(
    "of %s keeps the place of what can be done until it can, out of everybody's reach",
    async (path, command, n) => {
      await open("patient", path, { [command]: never });
      await waitFor(() => {
        expect(actions()).not.toBeNull();
      });
      const row = actions();
      expect(row?.children).toHaveLength(n);
      expect(row?.style.visibility).toBe("hidden");
      expect(row?.hasAttribute("inert")).toBe(true);
      expect(screen.queryByRole("button", { name: "Copy as text" })).toBeNull();
    },
  );

  it("keeps their place where nothing came to act on, out of everybody's reach", async () => {
    await open("patient", "/records/medicines", { room_medicines: () => ({ medicines: [], sourceOnly: 0 }) });
    await screen.findByRole("heading", { name: "No medicines are recorded" });
    expect(actions()?.hasAttribute("inert")).toBe(true);
    expect(actions()?.children).toHaveLength(2);
  });

  it("has no such place where there are no records at all", async () => {
    await open("patient", "/records/medicines", {
      patient_home: async () => ({
        ...((await fakeTransport().call("patient_home", {})) as object),
        records: 0,
      }),
      room_medicines: never,
    });
    await waitFor(() => {
      expect(document.querySelector(".room-nav")).not.toBeNull();
    });
    expect(actions()).toBeNull();
  });

  it("keeps the place of the line that says who can see it, too", async () => {
    const refused: AppError = { code: "vault-busy", params: {} };
    await open("patient", "/records/results", { patient_home: () => Promise.reject(refused) });
    await waitFor(() => {
      expect(document.querySelector(".page-head .visibility")?.textContent).toBe("");
    });
  });

  it("gives the same row back when the answer is there", async () => {
    await open("patient", "/records/g3");
    await waitFor(() => {
      expect(actions()).not.toBeNull();
    });
    const row = actions();
    expect(await screen.findByRole("button", { name: "Copy as text" })).toBeTruthy();
    expect(actions()).toBe(row);
    expect(row?.hasAttribute("inert")).toBe(false);
  });

  it("names a record that came with a list before the record is there", async () => {
    await open("patient", "/records/timeline", { room_record: never });
    await userEvent.click(await screen.findByText("Influenza vaccine"));
    expect(await screen.findByRole("heading", { level: 1, name: "Influenza vaccine" })).toBeTruthy();
  });
});

describe("paper", () => {
  it("says about whom and when, and holds nothing that can be pressed", async () => {
    await open("patient", "/records/sheet");
    const sheet = await screen.findByRole("article", { name: "Health summary" });
    expect(within(sheet).getByText("Test-Anna Maria Muster-Sample")).toBeTruthy();
    expect(within(sheet).queryAllByRole("link")).toEqual([]);
    expect(within(sheet).queryAllByRole("button")).toEqual([]);
    expect(within(sheet).getByText(/there may be others elsewhere/)).toBeTruthy();
  });

  it("leaves out what is kept apart only when asked, and then says so", async () => {
    const fake = fakeTransport();
    await open("patient", "/records/sheet", {
      room_summary: async (args) => {
        const summary = (await fake.call("room_summary", args)) as RoomSummary;
        const [first] = summary.medicines.items;
        if (first) first.sensitivity = ["mentalHealth"];
        return summary;
      },
    });
    const sheet = within(await screen.findByRole("article", { name: "Health summary" }));
    expect(sheet.getByText("Ramipril 5 mg tablet")).toBeTruthy();
    await userEvent.click(screen.getByRole("checkbox", { name: /Leave out what is kept apart/ }));
    expect(sheet.queryByText("Ramipril 5 mg tablet")).toBeNull();
    expect(sheet.getByText("Some entries were left off this sheet on purpose.")).toBeTruthy();
    itemById("i4").sensitivity = [];
  });
});
