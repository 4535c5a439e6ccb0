import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const sheets = import.meta.glob<string>("../src/shared/styles/**/*.css", {
  query: "?raw",
  import: "default",
  eager: true,
});
const css = sheets["../src/shared/styles/tokens.css"] ?? "";

/** Stands outside of the sources, as the frame asks for it by its address. */
const frame = readFileSync("public/narrative.css", "utf8");

/** The custom properties of one block, by name. */
function block(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`);
  const body = css.slice(css.indexOf("{", start) + 1, css.indexOf("\n}", start));
  return Object.fromEntries(
    [...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value]),
  );
}

const light = block(":root");
const themes = { light, dark: { ...light, ...block(':root[data-theme="dark"]') } };

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const grounds = ["paper", "surface", "rail-paper", "hover"];
/** What is read: at least 7 : 1. Foreground, and every ground it is put on. */
const read: [string, string[]][] = [
  ["ink", [...grounds, "sunk", "action-soft", "danger-soft", "caution-soft", "good-soft"]],
  ["ink-soft", grounds],
  ["action", ["paper", "surface"]],
  ["on-toast", ["toast"]],
];
/** Controls, states and their words: at least 4.5 : 1. */
const controls: [string, string[]][] = [
  ["ink-soft", ["sunk", "action-soft", "danger-soft", "caution-soft", "good-soft"]],
  ["line-strong", ["paper", "surface", "hover"]],
  ["action", ["rail-paper", "hover", "action-soft"]],
  ["action-strong", [...grounds, "action-soft"]],
  ["on-action", ["action", "action-strong"]],
  ["danger", [...grounds, "danger-soft"]],
  ["danger-strong", ["surface"]],
  ["on-danger", ["danger", "danger-strong"]],
  ["caution", [...grounds, "caution-soft"]],
  ["good", [...grounds, "good-soft"]],
  ["toast-action", ["toast"]],
];

describe.each(Object.entries(themes))("the %s theme", (_, theme) => {
  const pairs = (list: [string, string[]][], least: number) =>
    list.flatMap(([fore, backs]) => backs.map((back) => ({ fore, back, least })));

  it.each([...pairs(read, 7), ...pairs(controls, 4.5)])(
    "$fore on $back has $least : 1",
    ({ fore, back, least }) => {
      const [a = "", b = ""] = [theme[fore], theme[back]];
      expect(a, fore).toMatch(/^#[0-9a-f]{6}$/);
      expect(contrast(a, b)).toBeGreaterThanOrEqual(least);
    },
  );
});

describe("the tokens", () => {
  it("give the dark theme a colour of its own for every colour of the light one", () => {
    const colours = Object.keys(light).filter((name) => /^(#|rgb)/.test(light[name] ?? ""));
    const dark = block(':root[data-theme="dark"]');
    expect(colours.filter((name) => dark[name] === undefined)).toEqual([]);
  });

  it("hold the type scale 14, 16, 20, 25, 31 and moves of 120 to 200 ms", () => {
    const sizes = ["text-s", "text-m", "text-l", "text-xl", "text-xxl"].map(
      (name) => Number.parseFloat(light[name] ?? "") * 16,
    );
    expect(sizes).toEqual([14, 16, 20, 25, 31]);
    for (const name of ["quick", "calm"]) {
      expect(Number.parseInt(light[name] ?? "", 10)).toBeGreaterThanOrEqual(120);
      expect(Number.parseInt(light[name] ?? "", 10)).toBeLessThanOrEqual(200);
    }
  });

  it("keep every space on the grid of 4 px", () => {
    for (const [name, value] of Object.entries(light))
      if (/^s\d+$/.test(name)) expect((Number.parseFloat(value) * 16) % 4, name).toBe(0);
  });

  it.each([
    ["light", /^:root \{([^}]*)\}/m],
    ["dark", /^:root\[data-theme="dark"\] \{([^}]*)\}/m],
  ] as const)("are those of the frame for what came with a record, %s", (theme, rule) => {
    const own = [...(rule.exec(frame)?.[1] ?? "").matchAll(/--([\w-]+): ([^;]+);/g)];
    expect(own.map(([, name]) => name)).toEqual(["surface", "ink", "line"]);
    for (const [, name = "", value] of own) expect(value, name).toBe(themes[theme][name]);
  });

  it("let nobody turn the device: no rule asks how it is held (WCAG 1.3.4)", () => {
    for (const [name, text] of Object.entries({ ...sheets, frame }))
      expect(text, name).not.toMatch(/orientation/);
  });

  it("are the only place with raw colours", () => {
    const raw = /#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i;
    for (const [name, sheet] of Object.entries(sheets))
      if (!name.endsWith("/tokens.css")) {
        const text = sheet.replace(/\/\*[\s\S]*?\*\//g, "");
        expect(
          text.split("\n").filter((line) => raw.test(line)),
          name,
        ).toEqual([]);
      }
  });
});
