/**
 * DEVELOPMENT ONLY: the state `partial`. Part of what a screen shows is there and part cannot be had, in the three ways
 * the core knows: asking again fails, so what is shown is from before; one of two sources never answers; or the answer
 * itself says that something is missing.
 */
import type * as T from "../types";
import { now } from "./clock";
import { waiting } from "./travel";
import { tell, wanted } from "./wanted";

const isPartial = () => wanted.state === "partial";

/** Sources that fail while the page's main one answers. */
const silent = new Set(["doctor_new_keys", "import_files", "room_panel"]);
/** What a doctor reads leaves the page when asking again fails; there the answers themselves say what is missing. */
const lent = /^(doctor_open|room_|document_)/;

/** Questions that were answered once. */
let answered = new Set<string>();
let soon: ReturnType<typeof setTimeout> | undefined;

/** As after a lock: nothing was answered yet. */
export function answerAnew(): void {
  answered = new Set();
  clearTimeout(soon);
  soon = undefined;
}

/** Whether something will be told, so that the page is not at rest yet. */
export const willTell = (): boolean => soon !== undefined;

/**
 * What refuses what cannot be had; what was answered is asked for again a moment later, and then refused. It knows what
 * was answered when the question was asked: one from before a new beginning does not count after it.
 */
export function refuser(): (command: string, args: Record<string, unknown>) => void {
  const known = answered;
  return (command, args) => {
    if (isPartial()) refuse(command, args, known);
  };
}

function refuse(command: string, args: Record<string, unknown>, known: Set<string>): void {
  if (silent.has(command)) throw busy;
  if (command === "patient_home" && window.location.hash.endsWith("/medicines")) throw busy;
  if (command === "document_page" && args.page === 1) throw busy;
  if (command === "room_items" && window.location.hash.endsWith("/documents")) throw busy;
  if (wanted.window === "doctor" && lent.test(command)) return;
  const question = `${command} ${JSON.stringify(args)}`;
  if (known.has(question)) throw busy;
  known.add(question);
  if (known !== answered) return;
  clearTimeout(soon);
  soon = setTimeout(() => {
    soon = undefined;
    tell("data://changed", "all");
  }, 80);
}

const busy: T.AppError = { code: "vault-busy", params: {} };

type Change = (given: never) => unknown;

const limited: T.AppError = { code: "relay-limited", params: {} };

/** What the core says is missing. */
const changes: Record<string, Change> = {
  patient_home: (home: T.PatientHome) => ({
    ...home,
    problem: limited,
    waiting: 2,
    warnings: [{ code: "credential-epoch-differs", found: now - 86_400 }],
  }),
  room_summary: (summary: T.RoomSummary) => ({
    ...summary,
    preparing: wanted.window === "patient" ? 12 : null,
  }),
  room_record: (view: T.RoomRecord) => ({
    ...view,
    record: {
      ...view.record,
      factsCut: true,
      item: { ...view.record.item, resourceType: "DiagnosticReport" },
    },
  }),
  room_search: (page: T.SearchPage) => ({ ...page, waiting: 3, inPart: 2 }),
  room_trend: (trend: T.TrendView) => ({ ...trend, cut: true }),
  document_open: (document: T.DocumentView) => ({ ...document, cut: true }),
  travel_read: () => "apart",
  spaces: (spaces: T.SpaceView[]) => spaces.map(waiting),
  doctors: (directory: T.DoctorDirectory) => ({
    ...directory,
    fetched: now - 86_400,
    problem: { code: "authority-unreachable", params: {} } satisfies T.AppError,
  }),
  share: (share: T.ShareView) => ({ ...share, state: "problem", problem: limited }),
  shares: (shares: T.ShareView[]) =>
    shares.map((share, index) => (index === 0 ? { ...share, state: "problem", problem: limited } : share)),
  leaving_view: (view: T.LeavingView) => ({ ...view, problem: { code: "relay-unreachable", params: {} } }),
  recovery_status: (status: T.RecoveryView) => ({
    ...status,
    file: status.file && { ...status.file, problem: { code: "backup-place-gone", params: {} } },
  }),
  restore_report: (report: T.RestoreReport) => ({
    ...report,
    enrolment: { kind: "waiting", problem: null },
    renewals: report.renewals.map((renewal, index) =>
      index === 0 ? renewal : { ...renewal, state: { kind: "waiting", problem: limited } },
    ),
  }),
  doctor_home: (home: T.DoctorHome) => ({
    ...home,
    problem: limited,
    warnings: [{ code: "letter-epoch-differs", found: now - 86_400 }],
    shares: home.shares.map((row, index) => (index === 1 ? { ...row, state: "incomplete" } : row)),
  }),
  doctor_open: (opening: T.DoctorOpening) => ({
    ...opening,
    offline: true,
    alarms: [
      { kind: "gap", category: "medications" },
      { kind: "quarantined", category: "results", records: 3 },
    ],
  }),
  desk_home: (home: T.DeskHome) => ({ ...home, problem: { code: "authority-unreachable", params: {} } }),
};

export const partOf = (command: string, given: unknown): unknown => {
  const change = isPartial() ? changes[command] : undefined;
  return change && given !== null ? change(given as never) : given;
};
