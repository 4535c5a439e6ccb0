import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { SharePreview, WithheldReason } from "../../backend/types";
import { StaysList } from "./StaysList";

const preview = (...reasons: WithheldReason[]) =>
  ({
    withheld: reasons.length,
    stays: reasons.map((reason, n) => ({
      recordId: `r${String(n)}`,
      title: `Record ${String(n)}`,
      resourceType: "DocumentReference",
      reason,
    })),
  }) as unknown as SharePreview;

describe("what stays with the patient", () => {
  it("is named at once where she can do something, with what to do and the way there", () => {
    render(<StaysList preview={preview("tooLarge", "keptApart")} />);
    expect(screen.getByText("2 records stay with you")).toBeTruthy();
    expect(screen.getByText(/a document may have about 18 MB/)).toBeTruthy();
    expect(screen.getByText(/not shared until you choose/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "Record 0" }).getAttribute("href")).toBe("#/records/r0");
    expect(screen.getByText("Too large to share")).toBeTruthy();
  });

  it("is listed on request where it is as it should be, and nothing is said of nothing", async () => {
    const { container, rerender } = render(<StaysList preview={preview("wholeDocument")} />);
    expect(screen.getByText(/only be shared in a space that shows your name/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Which ones" }));
    expect(screen.getByRole("link", { name: "Record 0" })).toBeTruthy();
    rerender(<StaysList preview={preview()} />);
    expect(container.textContent).toBe("");
  });
});
