import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { App } from "../../app/App";
import { forget } from "../../app/queries";
import { fakeTransport } from "../../backend/fake";
import { wanted } from "../../backend/fake/wanted";
import { setTransportForTests } from "../../backend/transport";
import type { ImportFileView, KeptReason } from "../../backend/types";
import { en } from "../../locales/en";
import { es } from "../../locales/es";
import { zh } from "../../locales/zh";

// Every code of the core: the type has no other, and none may be missing here.
const reasons: Record<KeptReason, true> = {
  notJson: true,
  noResource: true,
  noResourceType: true,
  unknownType: true,
  tooDeep: true,
  tooLarge: true,
  ambiguous: true,
  noEquivalent: true,
};

const file = (kept: ImportFileView["kept"]): ImportFileView => ({
  source: "f1",
  name: "bundle.json",
  format: "fhir",
  bytes: 1,
  records: 1,
  duplicates: 0,
  kept,
  original: false,
  whole: true,
  notRead: null,
});

describe("what was kept as it came", () => {
  it("has words for each reason in each language", () => {
    for (const catalogue of [en, es, zh])
      for (const reason of Object.keys(reasons) as KeptReason[])
        expect(catalogue[`kept.${reason}`]).toBeTruthy();
    expect(Object.keys(en).filter((key) => key.startsWith("kept.")).length).toBe(Object.keys(reasons).length);
  });

  it("is listed with its place and its reason, and each piece is given back", async () => {
    const saved: unknown[] = [];
    const fake = fakeTransport();
    setTransportForTests({
      ...fake,
      call: async (command, args = {}) => {
        if (command === "import_files")
          return [
            file([
              { index: 7, reason: "unknownType" },
              { index: 9, reason: "tooDeep" },
            ]),
          ];
        if (command === "import_export_original") {
          saved.push(args);
          return 12;
        }
        return fake.call(command, args);
      },
    });
    forget();
    Object.assign(wanted, { window: "patient", state: "full" });
    window.location.hash = "/add/i1";
    await act(async () => {
      render(<App />);
      await Promise.resolve();
    });
    expect(await screen.findByText("Keyward’s list of private kinds, version 1")).toBeTruthy();
    await userEvent.click(await screen.findByRole("button", { name: "2 pieces kept as they came" }));
    const first = screen.getByText("Piece 8 of the file").closest("li") as HTMLElement;
    expect(within(first).getByText("FHIR R4 has no such kind of record.")).toBeTruthy();
    await userEvent.click(
      screen.getByRole("button", { name: "Save the original of piece 10 of bundle.json" }),
    );
    expect(saved).toEqual([
      {
        of: { kind: "piece", source: "f1", index: 9 },
        dialog: { title: "Save a copy", name: "original" },
      },
    ]);
    expect(await screen.findByText("Piece 10 of bundle.json is saved")).toBeTruthy();
  });
});

it("says of each file that was not read why, and whether it is left out or kept as it came", async () => {
  setTransportForTests(fakeTransport());
  forget();
  Object.assign(wanted, { window: "patient", state: "full" });
  window.location.hash = "/add/i1";
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  const under = async (heading: string) => {
    const found = await screen.findByRole("heading", { name: heading });
    return within(found.closest("section") as HTMLElement);
  };
  const left = await under("Left out, and why");
  expect(left.getByText("records-2026/empty.json")).toBeTruthy();
  expect(left.queryByText("records-2026/notes.odt")).toBeNull();
  const kept = await under("Kept as they came, and why");
  expect(kept.getByText("records-2026/notes.odt")).toBeTruthy();
  expect(kept.queryByText("records-2026/empty.json")).toBeNull();
  expect(screen.getByText("1 file was left out. The reason is below.")).toBeTruthy();
  expect(screen.getByText(/^2 files were not read in full\. They are kept as they came/)).toBeTruthy();
  expect(
    await screen.findByRole("button", { name: "Save the original of records-2026/notes.odt" }),
  ).toBeTruthy();
});
