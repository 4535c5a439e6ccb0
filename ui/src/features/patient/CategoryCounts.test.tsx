import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Category } from "../../backend/types";
import { CategoryCounts } from "./CategoryCounts";

const counts = (...kinds: Category[]) =>
  kinds.map((category) => ({ category, records: 3, visibility: { kind: "onlyYou" as const } }));

it("leads to the records of a kind, all of them and nothing else", () => {
  render(<CategoryCounts categories={counts("results", "vitals", "conditions")} />);
  const leadsTo = (name: string) => screen.getByRole("link", { name }).getAttribute("href");
  expect(leadsTo("Test results")).toBe("#/records/timeline?kind=results");
  expect(leadsTo("Body measurements")).toBe("#/records/results?kind=vitals");
  expect(leadsTo("Conditions")).toBe("#/records/timeline?kind=conditions");
});
