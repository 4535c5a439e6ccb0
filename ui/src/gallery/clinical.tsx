import { type ReactNode, useState } from "react";
import { PaletteList } from "../app/CommandPalette";
import { DropRefused, DropTarget } from "../app/Drops";
import { quantity, range } from "../backend/fake/build";
import type { FlagKind, Marker } from "../backend/types";
import { ComparisonTable } from "../features/room/Comparison";
import { DensityStrip } from "../features/room/DensityStrip";
import { densityOf } from "../features/room/density";
import { Medicine } from "../features/room/Medicines";
import { pictureOf } from "../features/room/trend";
import { TrendChart } from "../features/room/TrendChart";
import { Toolbar } from "../shared/documents/Toolbar";
import { Entry } from "../shared/records/Entry";
import { Marks } from "../shared/records/Marks";
import { NumberLine } from "../shared/records/NumberLine";
import { StateLine } from "../shared/records/StateLine";
import { InRoom, Specimen, Specimens, nothing } from "./Specimen";
import { compared, countsOf, entry, fewPoints, glucose, letter, medicines, pressure } from "./samples";

const Room = ({ children }: { children: ReactNode }) => (
  <InRoom>
    <Specimens>{children}</Specimens>
  </InRoom>
);

const normal = range("3.5", "5.1", "mmol/L");
const onTheLine = [
  ["in range", quantity("4.2", "mmol/L"), normal],
  ["low", quantity("3.1", "mmol/L"), normal],
  ["high", quantity("5.9", "mmol/L"), normal],
  ["critical", quantity("9.8", "mmol/L"), normal],
  ["one-sided", quantity("2.1", "mg/L"), range(null, "5", "mg/L")],
  ["one-sided, outside", quantity("48", "mL/min"), range("90", null, "mL/min")],
] as const;

const flags: [FlagKind, string][] = [
  ["normal", "N"],
  ["low", "L"],
  ["criticalLow", "LL"],
  ["high", "H"],
  ["criticalHigh", "HH"],
  ["abnormal", "A"],
  ["positive", "POS"],
  ["resistant", "R"],
];
const markers: Marker[] = ["enteredInError", "refuted", "onHold", "stopped", "preliminary", "keptAsSource"];

/** Values against the laboratory's own range, and what stands beside a value. */
export function NumberSheet() {
  return (
    <Specimens>
      {onTheLine.map(([name, value, of]) => (
        <Specimen name={`number line: ${name}`} key={name}>
          <NumberLine value={value} range={of} />
          <NumberLine value={value} range={of} size="small" />
        </Specimen>
      ))}
      <Specimen name="number line: no range, nothing is drawn">
        <NumberLine value={quantity("4.2", "mmol/L")} range={undefined} />
        <span className="entry-value">4.2 mmol/L</span>
      </Specimen>
      <Specimen name="flags" wide>
        <Marks markers={[]} flags={flags.map(([kind, written]) => ({ kind, written }))} />
      </Specimen>
      <Specimen name="what must be known before believing" wide>
        <Marks markers={markers} flags={[]} sensitive={["mentalHealth"]} />
      </Specimen>
    </Specimens>
  );
}

const entries = [
  ["value, range, flag, line", entry("i7")],
  ["critical", entry("i9")],
  ["parts", entry("i12")],
  ["no value", entry("i10")],
  ["doubted", entry("i11")],
  ["a year only", entry("i1")],
  ["kept apart", entry("m3")],
  ["not done", entry("i13")],
  ["no date", entry("i14")],
  ["as it came", entry("x1")],
  [
    "long words",
    entry("i7", {
      title: "Glomerular filtration rate per 1.73 m² by creatinine-based formula (CKD-EPI), estimated",
      performer: "Medical Care Centre for Laboratory Diagnostics and Microbiology Example-on-Sample",
      details: ["Taken in the morning, fasting, after ten minutes of rest; please repeat in four weeks"],
    }),
  ],
] as const;

/** Entries of lists, and why a list has none. */
export function EntrySheet() {
  return (
    <Room>
      {entries.map(([name, item]) => (
        <Specimen name={`entry: ${name}`} key={name}>
          <Entry item={item} to="/gallery" kind line />
        </Specimen>
      ))}
      <Specimen name="state: not shared, to its owner">
        <StateLine state="notShared" reader="owner" />
      </Specimen>
      <Specimen name="state: not shared, to a reader">
        <StateLine state="notShared" reader="reader" />
      </Specimen>
      <Specimen name="state: none recorded">
        <StateLine state="noneRecorded" reader="owner" />
      </Specimen>
      <Specimen name="state: source only">
        <StateLine state="shared" sourceOnly={2} reader="owner" />
      </Specimen>
      {medicines.map((medicine) => (
        <Specimen name={`medicine: ${medicine.state}`} key={medicine.key}>
          <Medicine medicine={medicine} />
        </Specimen>
      ))}
    </Room>
  );
}

const trends = [
  ["few points", fewPoints],
  ["two curves", pressure],
  ["ranges and a unit that changed, one value left out", glucose],
] as const;

/** What is drawn over time, and two days side by side. */
export function CourseSheet() {
  const counts = densityOf(countsOf([]));
  return (
    <Room>
      {trends.map(([name, trend]) => (
        <Specimen name={`trend: ${name}`} key={name} wide>
          <TrendChart trend={trend} picture={pictureOf(trend)} />
        </Specimen>
      ))}
      <Specimen name="density: a year with its months" wide>
        <DensityStrip density={counts} year="2018" month="2018-08" onGo={nothing} />
      </Specimen>
      <Specimen name="density: no month in sight" wide>
        <DensityStrip density={counts} year="" month="" onGo={nothing} />
      </Specimen>
      <Specimen name="comparison of two days" wide>
        <ComparisonTable comparison={compared} />
      </Specimen>
    </Room>
  );
}

const tools = {
  page: 0,
  onGo: nothing,
  percent: () => 100,
  onZoom: nothing,
  turn: 0,
  onTurn: nothing,
} as const;

/** What stands over a document, what files over a window see, and the list of everything that can be done. */
export function ToolSheet() {
  const [typed, setTyped] = useState("");
  return (
    <Specimens>
      <Specimen name="document: pages, fitted to the width" wide>
        <Toolbar document={letter} {...tools} zoom="fit" mode="pages" onMode={nothing} />
      </Specimen>
      <Specimen name="document: last page, enlarged" wide>
        <Toolbar document={letter} {...tools} page={2} zoom={150} mode="pages" onMode={nothing} />
      </Specimen>
      <Specimen name="document: its text" wide>
        <Toolbar document={letter} {...tools} zoom="fit" mode="text" onMode={nothing} />
      </Specimen>
      <Specimen name="document: one picture" wide>
        <Toolbar
          document={{ ...letter, kind: "picture", pages: letter.pages.slice(0, 1), total: 1 }}
          {...tools}
          zoom="fit"
          mode="pages"
          onMode={nothing}
        />
      </Specimen>
      <Specimen name="files over a patient’s window">
        <DropTarget taker="patient" />
      </Specimen>
      <Specimen name="files over a doctor’s window">
        <DropTarget taker="doctor" />
      </Specimen>
      <Specimen name="files dropped where nothing takes them">
        <DropRefused taker="locked" onClose={nothing} />
      </Specimen>
      <Specimen name="command palette">
        <div className="dialog palette">
          <PaletteList
            groups={[
              {
                id: "places",
                heading: "Places",
                commands: [
                  { id: "records", words: "Records", icon: "folder", run: nothing },
                  { id: "results", words: "Results", icon: "results", run: nothing },
                ],
              },
              {
                id: "deeds",
                heading: "Do something",
                commands: [{ id: "share", words: "Share records", icon: "share", run: nothing }],
              },
            ]}
            typed={typed}
            onTyped={setTyped}
            onDone={nothing}
            still
          />
        </div>
      </Specimen>
      <Specimen name="command palette: nothing fits">
        <div className="dialog palette">
          <PaletteList groups={[]} typed="zebra" onTyped={nothing} onDone={nothing} still />
        </div>
      </Specimen>
    </Specimens>
  );
}
