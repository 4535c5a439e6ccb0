import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "../../app/App";
import { forget } from "../../app/queries";
import { fakeTransport } from "../../backend/fake";
import { wanted } from "../../backend/fake/wanted";
import { setTransportForTests } from "../../backend/transport";

let calls: { command: string; args: Record<string, unknown> }[] = [];

async function open(
  path: string,
  own: Record<string, (args: Record<string, unknown>) => unknown> = {},
): Promise<void> {
  const fake = fakeTransport();
  setTransportForTests({
    ...fake,
    call: async (command, args = {}) => {
      calls.push({ command, args });
      return own[command] ? own[command](args) : fake.call(command, args);
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

const compared = () => {
  const last = calls.filter((call) => call.command === "room_comparison").at(-1)?.args;
  return last && [last.earlier, last.later];
};

const side = async (name: string) => within(await screen.findByRole("group", { name }));

beforeEach(() => {
  calls = [];
  forget();
});

describe("the comparison of two days", () => {
  it("begins with the two newest days", async () => {
    await open("/records/comparison");
    await screen.findByRole("rowheader", { name: "Glucose" });
    expect(compared()).toEqual(["2021-06-03", "2022-07-11"]);
    expect(await (await side("Later day")).findByRole("button", { name: /11 July 2022/ })).toBeTruthy();
  });

  it("reaches the oldest day of the chart by keyboard: a month, and with it its newest day", async () => {
    await open("/records/comparison");
    await screen.findByRole("rowheader", { name: "Glucose" });
    const earlier = await side("Earlier day");
    const month = await earlier.findByRole("button", { name: /^June 2021: 1 entry/ });
    act(() => {
      month.focus();
    });
    await userEvent.keyboard("{Enter}");
    await screen.findByRole("listbox");
    await userEvent.keyboard("2009{Enter}");
    await waitFor(() => {
      expect(compared()).toEqual(["2009-05-05", "2022-07-11"]);
    });
    expect(await earlier.findByRole("button", { name: /5 May 2009 \(1 result\)/ })).toBeTruthy();
    expect(window.location.hash).toContain("earlier=2009-05-05");
  });

  it("says so where the earlier day comes later, and keeps both choices", async () => {
    await open("/records/comparison?earlier=2022-07-11&later=2014-03-11");
    expect(await screen.findByText("The earlier day must come before the later day.")).toBeTruthy();
    expect(await (await side("Later day")).findByRole("button", { name: /11 March 2014/ })).toBeTruthy();
  });
});

describe("copying as plain text", () => {
  const copied = async () => {
    await userEvent.click(await screen.findByRole("button", { name: "Copy as text" }));
    await screen.findByRole("button", { name: "Copied" });
    return navigator.clipboard.readText();
  };

  beforeEach(() => {
    userEvent.setup();
  });

  it("gives both values of a comparison with their days, and the difference", async () => {
    await open("/records/comparison?earlier=2014-03-11&later=2022-07-11");
    const text = await copied();
    expect(text).toContain("Results up to 11 March 2014 and up to 11 July 2022");
    expect(text).toContain(
      "- Glucose: 101 mg/dL, High (H) (11 March 2014); 7.1 mmol/L, High (H) (11 July 2022); Difference: +",
    );
    expect(text).toContain("after converting one value");
  });

  it("gives the entries of the timeline that fit", async () => {
    await open("/records/timeline?kind=medications");
    const text = await copied();
    expect(text).toMatch(/^Records of .*, printed on /);
    expect(text).toContain("- Ramipril 5 mg tablet");
    expect(text).not.toContain("Glucose");
    const asked = calls.filter((call) => call.command === "room_items").at(-1)?.args.query;
    expect(asked).toMatchObject({ categories: ["medications"], limit: 500 });
  });

  it("hands the text to the core, which takes it off the clipboard again, and never to the engine", async () => {
    const engine = [vi.spyOn(navigator.clipboard, "writeText"), vi.spyOn(navigator.clipboard, "write")];
    await open("/records/timeline", { text_copy: () => undefined });
    await userEvent.click(await screen.findByRole("button", { name: "Copy as text" }));
    await screen.findByRole("button", { name: "Copied" });
    const [handed] = calls.filter((call) => call.command === "text_copy");
    expect(handed?.args.text).toContain("Glucose");
    for (const way of engine) expect(way).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it("says the limit where it is too much", async () => {
    await open("/records/timeline", {
      text_copy: () => {
        throw { code: "copy-too-long", params: { limit: "4" } } as unknown as Error;
      },
    });
    await userEvent.click(await screen.findByRole("button", { name: "Copy as text" }));
    const [head] = await screen.findAllByRole("alert");
    expect(head?.textContent).toContain("No more than 4 MB can be copied.");
  });

  it("says why where the text cannot be gathered", async () => {
    await open("/records/timeline", {
      room_items: () => {
        throw { code: "relay-unreachable", params: {} } as unknown as Error;
      },
    });
    await userEvent.click(await screen.findByRole("button", { name: "Copy as text" }));
    const [head] = await screen.findAllByRole("alert");
    expect(head?.textContent).toContain("The relay is out of reach");
    expect(screen.queryByRole("button", { name: "Copied" })).toBeNull();
  });

  it("gives what a search found, with the words around it", async () => {
    await open("/search?q=tablet");
    const text = await copied();
    expect(text).toContain("4 entries were found for “tablet”");
    expect(text).toContain("- Ramipril 5 mg tablet");
  });

  it("gives the words of every page of a document", async () => {
    await open("/records/i7/document/0");
    const text = await copied();
    expect(text).toContain("Page 1 of 3");
    expect(text).toContain("Page 3 of 3");
    expect(text.match(/Haemoglobin was 13.5/g)).toHaveLength(3);
  });
});
