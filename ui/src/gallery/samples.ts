/**
 * DEVELOPMENT ONLY: what the sheets show is what the invented backend answers, so that both know the same people and
 * values. Only what no answer has is made here, of the same parts.
 */
import { answer } from "../backend/fake/answers";
import { atWork } from "../backend/fake/build";
import { now } from "../backend/fake/clock";
import type {
  AccessView,
  Category,
  ChartItem,
  ComparisonView,
  DensityView,
  DoctorHome,
  DocumentView,
  FoundPlace,
  JobView,
  MedicinePlan,
  PatientHome,
  PatientRow,
  PersonRow,
  RoomRecord,
  RoomScope,
  SessionView,
  ShareView,
  SharePreview,
  TrendView,
  VisibilityView,
} from "../backend/types";
import { noQuery } from "../features/room/queries";

const ask = <Answer>(command: string, args: Record<string, unknown> = {}): Answer =>
  answer(command, args) as Answer;

export const own: RoomScope = { kind: "own" };
/** A chart in which nothing ever comes, everything is refused, or nothing is. */
export const scopes: Record<"loading" | "error" | "empty", RoomScope> = {
  loading: { kind: "share", id: "loading" },
  error: { kind: "share", id: "error" },
  empty: { kind: "share", id: "empty" },
};

export const record = (recordId: string): RoomRecord => ask("room_record", { scope: own, recordId });
export const entry = (id: string, change: Partial<ChartItem> = {}): ChartItem => ({
  ...record(id).record.item,
  ...change,
});

const trend = (name: string): TrendView => ask("room_trend", { scope: own, analyte: `text|${name}` });
/** The laboratory changed its range and its unit; one value is in a unit nobody converts. */
export const glucose = trend("glucose");
/** Two curves, no range. */
export const pressure = trend("blood pressure");
const weight = trend("body weight");
export const fewPoints: TrendView = { ...weight, points: weight.points.slice(-2) };

export const countsOf = (categories: Category[]): DensityView[] =>
  ask("room_density", { scope: own, query: { ...noQuery, categories } });
export const compared: ComparisonView = ask("room_comparison", {
  scope: own,
  earlier: "2018-08-06",
  later: "2022-07-11",
});
export const medicines = ask<MedicinePlan>("room_medicines", { scope: own }).medicines;

const documentAt = (index: number): DocumentView => ask("document_open", { scope: own, index });
export const letter = documentAt(0);
export const study = documentAt(1);
export const found: FoundPlace[] = ask("document_find", { scope: own, words: "blood" });

export const shares = ask<ShareView[]>("shares");
export const accesses = ask<AccessView[]>("accesses");
export const preview: SharePreview = ask("share_preview");
export const people = ask<PersonRow[]>("desk_people", { query: "" });
export const patients: PatientRow[] = ask<DoctorHome>("doctor_home").shares;
export const kinds = ask<PatientHome>("patient_home").categories;

/** A patient's window, whatever the address says. */
export const session: SessionView = { ...ask<SessionView>("session"), role: "patient" };

export const importing: JobView = atWork("j1", "import", "reading", { secondsLeft: 420 });

const reader = (name: string) => ({ shareId: name, name, until: now + 70 * 86_400 });
export const sharedWith = (...names: string[]): VisibilityView => ({
  kind: "shared",
  with: names.map(reader),
});
export const sights: VisibilityView[] = [
  { kind: "onlyYou" },
  sharedWith("Dr Ada Example"),
  sharedWith("Dr Ada Example", "Dr Boris Sample"),
  sharedWith("Dr Ada Example", "Dr Boris Sample", "Dr Chi Muster"),
  { kind: "received", from: "Test-Anna Maria Muster-Sample", until: now + 70 * 86_400 },
  { kind: "clinic", name: "Example Clinic on the Hill" },
];

/** A name as long as names are. */
export const longName = "Dr Maria-Magdalena Wolfeschlegelsteinhausen-Bergerdorff de la Sierra";
