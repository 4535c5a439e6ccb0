import { readFileSync } from "node:fs";
import { render, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { IdentifiesView } from "../../backend/types";
import { identifierWords } from "./ConfirmStep";
import { IdentifyingList } from "./IdentifyingList";
import { mostLetters, remarksOf } from "./identifying";

const found = (n: number, change: Partial<IdentifiesView>): IdentifiesView => ({
  recordId: `r${String(n)}`,
  title: "Potassium",
  what: "text",
  place: "referenceRange[0].text",
  text: "3.5 – 5.1 mmol/L",
  hits: [],
  ...change,
});

const letter = found(0, { title: "Letter", what: "document", text: "", hits: ["Anna"] });
const ranges = ["Potassium", "Sodium", "Calcium", "Chloride", "Potassium"];

describe("what may tell who she is", () => {
  it("says the same words once, with the records they stand in, after what has her name", () => {
    render(<IdentifyingList items={[letter, ...ranges.map((title, n) => found(n + 1, { title }))]} />);
    const [first, second, ...others] = screen.getAllByRole("listitem");
    expect(others).toEqual([]);
    expect(within(first as HTMLElement).getByText("Your own: Anna")).toBeTruthy();
    expect(within(first as HTMLElement).getByText("Letter")).toBeTruthy();
    expect(within(second as HTMLElement).getByText("“3.5 – 5.1 mmol/L”")).toBeTruthy();
    expect(second?.textContent).toContain("Potassium, Sodium, Calcium, and 1 more · 5 times");
  });

  it("names each document apart, of which there are no words to read here", () => {
    const documents = ["Letter", "Heart, picture", "Letter"];
    const items = documents.map((title, n) => found(n, { title, what: "document", text: "" }));
    render(<IdentifyingList items={items} />);
    const lines = screen.getAllByRole("listitem").map((each) => each.textContent);
    expect(lines).toEqual(["A whole documentLetter · 2 times", "A whole documentHeart, picture"]);
  });

  it("keeps long texts apart, which begin alike and may go on differently", () => {
    const long = "Clinic of Samples. 𝄞".padEnd(501, ".");
    const letters = ["Letter", "Letter"].map((title, n) => found(n, { title, text: long }));
    expect([...long]).toHaveLength(mostLetters);
    expect(
      remarksOf([...letters, found(1, { title: "Letter", text: long })]).map(({ times }) => times),
    ).toEqual([1, 2]);
    expect(remarksOf(letters.map((letter) => ({ ...letter, text: long.slice(0, -1) })))).toHaveLength(1);
    const core = readFileSync("../crates/records/src/deidentify/free_text.rs", "utf8");
    expect(core).toContain(`MAX_EXCERPT: usize = ${String(mostLetters)};`);
  });

  it("counts all that does not stand there", () => {
    const many = Array.from({ length: 55 }, (_, n) => found(n, { text: `Words ${String(n)}` }));
    render(<IdentifyingList items={[...many, found(99, { text: "Words 54" })]} />);
    expect(screen.getAllByRole("listitem")).toHaveLength(51);
    expect(screen.getByText("and 6 more")).toBeTruthy();
  });

  it.each(["mod", "free_text"])("has words of its own for every code of the core (%s)", (file) => {
    const core = readFileSync(`../crates/records/src/deidentify/${file}.rs`, "utf8");
    const codes = [...core.matchAll(/Kind::\w+ => "(\w+)"/g)].map(([, code]) => code ?? "");
    expect(codes.length).toBeGreaterThan(3);
    expect(codes.filter((code) => identifierWords(code) === identifierWords("not a code"))).toEqual([]);
  });
});
