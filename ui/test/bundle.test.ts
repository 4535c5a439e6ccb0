import { type Rollup, build } from "vite";
import { beforeAll, describe, expect, it, vi } from "vitest";

/** Words that stand only in what is for development: the invented backend and the gallery. */
const markers = ["Silver Heron", "Test-Bruno", "Unterlagen freigeben", "specimen"];

let text = "";
let names: string[] = [];

beforeAll(async () => {
  // The test runner's own mode would count as development.
  vi.stubEnv("NODE_ENV", "production");
  const built = (await build({
    mode: "production",
    logLevel: "silent",
    build: { write: false, minify: false },
  })) as Rollup.RollupOutput;
  names = built.output.map((file) => file.fileName);
  text = built.output
    .map((file) => (file.type === "chunk" ? file.code : typeof file.source === "string" ? file.source : ""))
    .join("\n");
  vi.unstubAllEnvs();
}, 120_000);

describe("the release bundle", () => {
  it("is the application", () => {
    expect(names.some((name) => name.endsWith(".js"))).toBe(true);
    expect(text.includes("Your records at a glance")).toBe(true);
  });

  it.each(markers)("has nothing of the invented backend and the gallery: %s", (marker) => {
    expect(text.includes(marker)).toBe(false);
  });

  it("loads nothing from elsewhere", () => {
    expect(/url\(["']?https?:/.test(text)).toBe(false);
  });
});
