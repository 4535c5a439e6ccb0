import { act, render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { itemById } from "../../backend/fake/chart";
import type { ValueView } from "../../backend/types";
import { factLabel } from "./labels";
import { applyTheme } from "../theme";
import { recordLanguage } from "./language";
import { NarrativeFrame, harmless, narrativeDocument } from "./NarrativeFrame";
import { flagWords, itemTitle, marksBeside, quantityText, rangeText, valueText } from "./words";

describe("words for values", () => {
  const amount = (value: string, unit: string, comparator: string | null = null) => ({
    value,
    comparator,
    unit,
    code: null,
    system: null,
  });

  it("keeps the digits as written", () => {
    expect(quantityText(amount("7.20", "mmol/L"))).toBe("7.20 mmol/L");
    expect(quantityText(amount("5", "mg/L", "<"))).toBe("< 5 mg/L");
    expect(quantityText(amount("97", "%"))).toBe("97%");
    expect(quantityText(amount("148", "mm[Hg]"))).toBe("148 mmHg");
    expect(quantityText(amount("65", "[in_i]"))).toBe("65 in");
    expect(quantityText(amount("3", "{score}"))).toBe("3 score");
    expect(quantityText(amount("1.01", "1"))).toBe("1.01");
  });

  it("writes ranges with one unit, two units and one end", () => {
    expect(rangeText(amount("3.5", "mmol/L"), amount("5.1", "mmol/L"))).toBe("3.5 to 5.1 mmol/L");
    expect(rangeText(amount("1", "mg"), amount("1", "g"))).toBe("1 mg to 1 g");
    expect(rangeText(null, amount("5", "mg/L"))).toBe("at most 5 mg/L");
    expect(rangeText(null, null)).toBe("");
  });

  it.each<[ValueView, string]>([
    [{ kind: "boolean", yes: false }, "No"],
    [{ kind: "absent", reason: "notAsked" }, "Not asked"],
    [{ kind: "period", start: "2018", end: null }, "since 2018"],
    [
      { kind: "reference", display: null, reference: "Practitioner/1", resourceType: "Practitioner" },
      "Practitioner",
    ],
    [{ kind: "reference", display: null, reference: "urn:uuid:0b", resourceType: null }, "Not named"],
    [{ kind: "link", url: "javascript:alert(1)" }, "javascript:alert(1)"],
  ])("says %j as %s", (value, words) => {
    expect(valueText(value)).toBe(words);
  });

  it("flags in words, letters and symbol", () => {
    expect(flagWords({ kind: "criticalHigh", written: "HH" })).toMatchObject({
      symbol: "↑↑",
      words: "Very high (HH)",
    });
    expect(flagWords({ kind: "other", written: "see note" }).words).toBe("see note");
  });

  it("does not say a mark beside a title that says the same", () => {
    const item = {
      ...itemById("i1"),
      title: "No known allergies",
      markers: ["noKnownAllergies", "amended"] as const,
    };
    expect(marksBeside({ ...item, markers: [...item.markers] })).toEqual(["amended"]);
    expect(marksBeside({ ...item, title: "Allergies", markers: [...item.markers] })).toHaveLength(2);
  });

  it("calls an item without a title by its kind", () => {
    expect(itemTitle({ ...itemById("i1"), title: "", code: null, resourceType: "CarePlan" })).toBe(
      "Care plan",
    );
    expect(factLabel("dosageInstruction.text")).toBe("How to take it");
    expect(factLabel("stage.summary")).toBe("Stage, summary");
  });
});

describe("narrative", () => {
  const hostile = [
    '<script>parent.alert(1)</script><p onclick="x()">hello</p>',
    '<img src="https://example.invalid/x.png" onerror="x()">',
    '<a href="javascript:x()">link</a>',
    '<svg><animate onbegin="x()"/></svg>',
    '<form action="https://example.invalid"><input name="a"></form>',
    '<p style="background:url(https://example.invalid/y)">styled</p>',
    '<iframe src="tauri://localhost"></iframe><object data="x"></object><link rel="stylesheet" href="x"><meta http-equiv="refresh" content="0;url=x">',
    "<math><mtext><table><mglyph><style><img src=x onerror=x()>",
  ];

  it.each(hostile)("is made harmless: %s", (html) => {
    const clean = harmless(html);
    expect(clean).not.toMatch(
      /script|onclick|onerror|onbegin|https?:|javascript:|<(img|a|svg|form|input|iframe|object|link|meta|style)/i,
    );
  });

  it("keeps words and tables", () => {
    expect(harmless('<table><tr><td colspan="2">5.9</td></tr></table>')).toContain(
      '<td colspan="2">5.9</td>',
    );
  });

  const look = { lang: undefined, dark: false, text: "100" } as const;
  const framed = (html: string, change: Partial<Parameters<typeof narrativeDocument>[2]> = {}) =>
    narrativeDocument(html, "tauri://localhost", { ...look, ...change });

  it("stands in a document that may load nothing but its own style sheet", () => {
    const document_ = framed("<p>x</p></body><script>1</script>");
    expect(document_).toContain("default-src 'none'; style-src tauri://localhost");
    expect(document_).not.toContain("<script");
  });

  it("is in the language the record says, in an undetermined one where it says none, and never in markup", () => {
    expect(framed("<p>x</p>", { lang: "de-AT" })).toContain('<html lang="de-AT" data-theme="light"');
    expect(framed("<p>x</p>")).toContain('<html lang="und" data-theme="light"');
    expect(framed("<p>x</p>", { lang: 'de" onload="x' })).not.toContain("onload");
  });

  it("has the colours and the size of the application", () => {
    const dark = framed("<p>x</p>", { dark: true, text: "150" });
    expect(dark).toContain('data-theme="dark" data-text="150"');
    expect(dark).toContain('<meta name="color-scheme" content="dark">');
    expect(dark).toContain("default-src 'none'; style-src tauri://localhost");
  });

  it("follows the colours while it is open", () => {
    render(<NarrativeFrame narrative={{ html: "<p>x</p>", status: null, altered: false }} lang="es" />);
    const frame = screen.getByTitle("Text that came with this record");
    act(() => {
      applyTheme("dark");
    });
    expect(frame.getAttribute("srcdoc")).toContain('<html lang="es" data-theme="dark"');
    expect(frame.getAttribute("sandbox")).toBe("");
    act(() => {
      applyTheme("light");
    });
    expect(frame.getAttribute("srcdoc")).toContain('data-theme="light"');
  });
});

describe("the language of a record", () => {
  it.each([
    ['{"language":"es"}', "es"],
    ['{"language":"zh-Hans-CN"}', "zh-Hans-CN"],
    ['{"language":"\\" onload"}', undefined],
    ['{"language":7}', undefined],
    ['{"communication":[{"language":"es"}]}', undefined],
    ["<language/>", undefined],
    ['"language"', undefined],
  ])("%s", (source, language) => {
    expect(recordLanguage(source)).toBe(language);
  });
});
