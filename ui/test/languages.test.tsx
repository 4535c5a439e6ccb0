import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { App } from "../src/app/App";
import { forget } from "../src/app/queries";
import { fakeTransport } from "../src/backend/fake";
import { itemById } from "../src/backend/fake/chart";
import { wanted } from "../src/backend/fake/wanted";
import { setTransportForTests } from "../src/backend/transport";
import { type Language, chooseLanguage, startLanguage } from "../src/locales/i18n";

/** A long list of one entry over and over: its number and its date stand on the page. */
async function open(path: string): Promise<void> {
  const fake = fakeTransport();
  const own: Record<string, unknown> = {
    room_density: [{ month: "2018-08", category: "results", items: 120_000 }],
    room_items: { items: [itemById("i7")], offset: 0, total: 120_000 },
  };
  setTransportForTests({ ...fake, call: async (command, args) => own[command] ?? fake.call(command, args) });
  Object.assign(wanted, { window: "patient", state: "full" });
  window.location.hash = path;
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  await screen.findByRole("heading", { level: 1 });
}

/** The texts each in an element of its own, as the parts of a date in a column are. */
const sees = async (heading: string, ...texts: string[]) => {
  await screen.findByRole("heading", { level: 1, name: heading });
  await waitFor(() => {
    for (const text of texts) expect(screen.getByText(text)).toBeTruthy();
  });
};

beforeEach(forget);
afterEach(async () => {
  window.localStorage.clear();
  await startLanguage("en");
});

describe("the language", () => {
  it("changes on the open page, with its dates and its numbers", async () => {
    await open("/records/timeline");
    await sees("Everything over time", "6 August 2018", "120,000 entries");
    const change = async (to: Language) => {
      await act(() => chooseLanguage(to));
    };
    await change("es");
    await sees("Todo a lo largo del tiempo", "6 de agosto", "de 2018", "120.000 entradas");
    expect(document.documentElement.lang).toBe("es");
    await change("zh");
    await sees("随时间的全部内容", "2018年8月6日", "120,000 条");
    expect(document.documentElement.lang).toBe("zh-Hans");
    expect(window.location.hash).toBe("#/records/timeline");
    await change("en");
    await sees("Everything over time", "6 August 2018", "120,000 entries");
  }, 20_000);

  it("is chosen in the settings by its own name, and is kept for the next window", async () => {
    await open("/settings");
    await userEvent.click(await screen.findByRole("radio", { name: "Español" }));
    await screen.findByRole("heading", { level: 1, name: "Ajustes" });
    await userEvent.click(await screen.findByRole("radio", { name: "简体中文" }));
    await screen.findByRole("heading", { level: 1, name: "设置" });
    expect(window.localStorage.getItem("keyward.language")).toBe("zh");
    await startLanguage();
    expect(document.documentElement.lang).toBe("zh-Hans");
  }, 20_000);
});
