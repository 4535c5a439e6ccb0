/**
 * DEVELOPMENT ONLY: invented documents. Pages are drawn here; in the app they come from the core. Which document a
 * record has is told by its place: 0 a letter, 1 a computer tomograph's picture, 2 one that cannot be shown,
 * 3 and 4 words.
 */
import { stateOf } from "./state";
import type * as T from "../types";

const lines = [
  "Example Clinic on the Hill",
  "Dr Ada Example, Cardiology",
  "",
  "Dear Ms Muster-Sample,",
  "",
  "your blood pressure was 128/82 mmHg at the visit on 6 August 2018.",
  "Haemoglobin was 13.5 g/dl, within the laboratory's own range.",
  "Please go on with the medicine as before and come back in spring.",
  "",
  "Kind regards",
];

const paper: T.DocumentPage = { width: 595, height: 842 };

const letter: T.DocumentView = {
  kind: "pdf",
  contentType: "application/pdf",
  title: "Letter of the heart clinic",
  bytes: 184_320,
  pages: [paper, paper, paper],
  total: 3,
  created: "2018-08-06",
  modality: null,
  description: null,
  window: null,
  range: null,
  text: null,
  html: null,
  cut: false,
  refused: null,
};

const study: T.DocumentView = {
  ...letter,
  kind: "dicom",
  contentType: "application/dicom",
  title: "IM000001",
  pages: [{ width: 512, height: 512 }],
  total: 1,
  modality: "CT",
  description: "Chest, sample",
  window: { centre: 40, width: 400 },
  range: { least: -1000, greatest: 3000 },
};

const refused: T.DocumentView = { ...letter, title: "Scan", pages: [], total: 0, refused: "encrypted" };

/** What was written without a page. */
const written: T.DocumentView = {
  ...letter,
  kind: "text",
  contentType: "text/plain",
  title: "Note of the visit",
  bytes: 512,
  pages: [],
  total: 0,
  text: lines.join("\n"),
};

const formatted: T.DocumentView = {
  ...written,
  kind: "html",
  contentType: "text/html",
  text: null,
  html: `<h2>${String(lines[0])}</h2><p>${lines.slice(3, 7).join(" ")}</p>`,
};

const views = [letter, study, refused, written, formatted];
const viewOf = (args: Record<string, unknown>) => views[Number(args.index)] ?? letter;

/** A white picture of one pixel, where nothing can draw. */
const onePixel = Uint8Array.from(
  atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="),
  (letterOf) => letterOf.charCodeAt(0),
).buffer;

async function draw(args: Record<string, unknown>): Promise<ArrayBuffer> {
  const view = viewOf(args);
  const [size = paper] = view.pages;
  const canvas = document.createElement("canvas");
  canvas.width = Number(args.width);
  canvas.height = Math.round((canvas.width * size.height) / size.width);
  const brush = navigator.userAgent.includes("jsdom") ? null : canvas.getContext("2d");
  if (!brush) return onePixel;
  const unit = canvas.width / size.width;
  if (view.kind === "dicom") shadow(brush, canvas, args.window as T.GreyWindow | null);
  else {
    brush.fillStyle = "white";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.fillStyle = "black";
    brush.font = `${String(13 * unit)}px sans-serif`;
    for (const [row, line] of lines.entries()) brush.fillText(line, 72 * unit, (90 + 22 * row) * unit);
    brush.fillText(`${String(Number(args.page) + 1)} / 3`, 290 * unit, 800 * unit);
  }
  const blob = await new Promise<Blob | null>((done) => {
    canvas.toBlob(done, "image/png");
  });
  return blob ? blob.arrayBuffer() : onePixel;
}

function shadow(brush: CanvasRenderingContext2D, canvas: HTMLCanvasElement, window: T.GreyWindow | null) {
  const { centre, width } = window ?? { centre: 40, width: 400 };
  const shade = (value: number) => {
    const grey = Math.max(0, Math.min(255, ((value - centre) / width + 0.5) * 255));
    return `rgb(${String(grey)} ${String(grey)} ${String(grey)})`;
  };
  const middle = canvas.width / 2;
  brush.fillStyle = shade(-1000);
  brush.fillRect(0, 0, canvas.width, canvas.height);
  for (const [radius, value] of [
    [0.46, 50],
    [0.4, -700],
    [0.16, 60],
    [0.07, 900],
  ] as const) {
    brush.fillStyle = shade(value);
    brush.beginPath();
    brush.ellipse(middle, middle, radius * canvas.width, radius * canvas.width * 0.8, 0, 0, 2 * Math.PI);
    brush.fill();
  }
}

function find(words: string): T.FoundPlace[] {
  const sought = words.toLowerCase();
  return [0, 1, 2].flatMap((page) =>
    lines.flatMap((line, row) => {
      const at = line.toLowerCase().indexOf(sought);
      if (at < 0) return [];
      const mark = {
        x: (72 + at * 6.2) / 595,
        y: (80 + 22 * row) / 842,
        width: (sought.length * 6.4) / 595,
        height: 0.017,
      };
      const found = line.slice(at, at + words.length);
      return [
        { page, before: line.slice(0, at), found, after: line.slice(at + words.length), marks: [mark] },
      ];
    }),
  );
}

export const documentAnswers: Record<string, (args: Record<string, unknown>) => unknown> = {
  document_open: (args) => viewOf(args),
  document_page: draw,
  document_text: (args) =>
    ({
      lines: stateOf(args) === "empty" ? [] : lines.filter((line) => line !== ""),
      cut: false,
    }) satisfies T.PageWords,
  document_find: (args) => find(String(args.words)),
  document_close: () => undefined,
  document_save: () => true,
};
