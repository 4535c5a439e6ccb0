import { describe, expect, it } from "vitest";

/** Every module of the interface as text, without tests and what is for development. */
const sources = import.meta.glob<string>(
  ["../shared/**/*.tsx", "../features/**/*.tsx", "../app/**/*.tsx", "!../**/*.test.tsx"],
  {
    query: "?raw",
    import: "default",
    eager: true,
  },
);
const gallery = Object.values(
  import.meta.glob<string>(["./*.tsx", "!./*.test.tsx"], { query: "?raw", import: "default", eager: true }),
).join("\n");

/** Not in the gallery, and why. */
const exceptions: Record<string, string> = {
  Dialog:
    "a window over the page: DialogBody is what stands in it; the walks over the screens open real ones",
  Toasts: "the place of toasts over a window: ToastLine is a toast",
  Page: "a whole screen with its heading: the run over all screens shows every one",
  Heading: "the one heading of a screen",
  RoomPage: "a whole screen of the reading room",
  Letter: "the sheet of a whole window: the screens `welcome` show it",
  Reminder: "speaks of how her keys are kept: the screens of the three homes show it",
  JoinAgain: "one ButtonLink: the screens of a doctor's home and of what came back show it",
  ClinicWarnings: "Notices with a button: the state `partial` of the homes of patient and doctor shows one",
  PaperHead: "a row that only a printed table has: the story of paper prints it",
};

/** What stands inside of another component, which is in the gallery. */
const inside: Record<string, string> = {
  Sight: "VisibilityLine",
  Whole: "Entry",
  ItemDate: "Entry",
  Origin: "Entry",
  PartValue: "Entry",
  PageFigure: "Sheets",
};

const exported = /^export (?:const|function|class) ([A-Z]\w*)/gm;
const draws = (text: string, name: string): boolean => new RegExp(`<${name}[\\s/>]`).test(text);

const imports = (text: string, name: string): boolean =>
  new RegExp(`import [^;]*\\b${name}\\b[^;]* from `).test(text);
/** Another module may have a part of its own by that name. */
const uses = (text: string, name: string): boolean => imports(text, name) && draws(text, name);
const shows = (name: string): boolean => uses(gallery, name);

interface Component {
  name: string;
  file: string;
}

const componentsOf = (folder: string): Component[] =>
  Object.entries(sources)
    .filter(([file]) => file.startsWith(`../${folder}/`))
    .flatMap(([file, text]) => [...text.matchAll(exported)].map(([, name = ""]) => ({ name, file })))
    // A context is nothing to look at.
    .filter(({ name }) => !name.endsWith("Context"));

/** How many other modules draw it. */
const users = ({ name, file }: Component): number =>
  Object.entries(sources).filter(([other, text]) => other !== file && uses(text, name)).length;

/** All of `shared`; of features and of the frame, what more than one other module draws. */
const reusable = [
  ...componentsOf("shared"),
  ...[...componentsOf("features"), ...componentsOf("app")].filter((each) => users(each) > 1),
];

describe("the gallery is complete", () => {
  it("knows what there is", () => {
    const names = reusable.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["Button", "Decision", "Select", "ItemList", "NarrativeFrame"]),
    );
  });

  it.each(reusable)("shows $name ($file)", ({ name }) => {
    if (Object.hasOwn(exceptions, name)) return;
    const drawn = inside[name] ?? name;
    expect(shows(drawn), `show ${name} in src/gallery, in each of its states`).toBe(true);
  });

  it("has no exception that is not needed", () => {
    const names = new Set(reusable.map(({ name }) => name));
    const idle = [...Object.keys(exceptions), ...Object.keys(inside)].filter(
      (name) => !names.has(name) || shows(name),
    );
    expect(idle).toEqual([]);
    for (const [part, whole] of Object.entries(inside)) {
      const file = reusable.find(({ name }) => name === whole)?.file ?? "";
      expect(draws(sources[file] ?? "", part), `${part} stands in ${whole}`).toBe(true);
    }
  });
});
