import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { columnsQuestion } from "../../backend/fake/columns";
import type { ImportDecision } from "../../backend/types";
import { ImportColumns } from "./ImportColumns";

const shown = () => {
  const onDecide = vi.fn<(decision: ImportDecision) => void>();
  render(<ImportColumns question={columnsQuestion} pending={false} onDecide={onDecide} />);
  return onDecide;
};

test("what nobody can tell is asked for, and nothing is added before it is answered", async () => {
  const user = userEvent.setup();
  const onDecide = shown();
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: /measurements.csv/ }));
  await user.click(screen.getByRole("button", { name: "Add these records" }));
  const alert = within(screen.getByRole("alert"));
  expect(alert.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
    "Choose the unit of Weight.",
    "Say how the dates are written.",
    "Say which rows are yours.",
  ]);
  expect(onDecide).not.toHaveBeenCalled();
});

test("the keyboard alone answers everything", async () => {
  const user = userEvent.setup();
  const onDecide = shown();
  await user.selectOptions(screen.getByLabelText("Unit of Weight"), "kg");
  await user.selectOptions(screen.getByLabelText("Which rows are yours?"), "A");
  // The radio buttons are one stop; the space bar chooses.
  const radio = screen.getByRole("radio", { name: /Day first/ });
  while (document.activeElement !== radio && !document.activeElement?.matches("[type=radio]"))
    await user.tab();
  await user.keyboard(" ");
  const add = screen.getByRole("button", { name: "Add these records" });
  while (document.activeElement !== add) await user.tab();
  await user.keyboard("{Enter}");
  const decision = onDecide.mock.calls[0]?.[0];
  if (typeof decision !== "object") throw new Error("no columns");
  const { mapping } = decision.columns;
  expect(mapping.person).toBe("A");
  expect(mapping.dateOrder).toBe("dayFirst");
  expect(mapping.columns[3]).toEqual({ role: "measure", measure: "weight", unit: "kg" });
  expect(mapping.zone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
});

test("a column that is chosen anew asks for its unit anew, and one that is left out asks nothing", async () => {
  const user = userEvent.setup();
  shown();
  await user.selectOptions(screen.getByLabelText("What Mood holds"), "measure:temperature");
  expect(screen.getByLabelText<HTMLSelectElement>("Unit of Mood").value).toBe("");
  await user.selectOptions(screen.getByLabelText("What Mood holds"), "measure:heartRate");
  expect(screen.queryByLabelText("Unit of Mood")).toBeNull();
  await user.selectOptions(screen.getByLabelText("What Mood holds"), "ignore");
  await user.selectOptions(screen.getByLabelText("What Patient holds"), "ignore");
  expect(screen.queryByLabelText("Which rows are yours?")).toBeNull();
  await user.selectOptions(screen.getByLabelText("What Date holds"), "ignore");
  await user.click(screen.getByRole("button", { name: "Add these records" }));
  expect(screen.getByRole("alert").textContent).toContain("Say which column holds the date.");
});

test("the table can be left out, and the import stopped", async () => {
  const user = userEvent.setup();
  const onDecide = shown();
  await user.click(screen.getByRole("button", { name: "Leave this table out" }));
  await user.click(screen.getByRole("button", { name: "Stop adding" }));
  expect(onDecide.mock.calls).toEqual([["skip"], ["stop"]]);
});
