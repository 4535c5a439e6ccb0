import { atWork } from "./build";
import { day, now } from "./clock";
import { wanted } from "./wanted";
import type * as T from "../types";
const empty = () => wanted.state === "empty";

/** Not a kit: the first words of the public list, in its order. */
const words = [
  "abandon",
  "ability",
  "able",
  "about",
  "above",
  "absent",
  "absorb",
  "abstract",
  "absurd",
  "abuse",
  "access",
  "accident",
];

const qr = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 41 41" shape-rendering="crispEdges"><rect width="41" height="41" fill="#fff"/>${Array.from({ length: 1089 }, (_, i) => ((Math.imul(i + 3, 2_654_435_761) >>> 13) % 7 < 3 ? `<rect x="${String(4 + (i % 33))}" y="${String(4 + Math.floor(i / 33))}" width="1" height="1"/>` : "")).join("")}</svg>`;

const status = (): T.RecoveryView => ({
  kit: {
    made: now - 3 * day,
    confirmed: empty() ? null : now - 2 * day,
    renewing: false,
    asked: [2, 5, 9, 12],
  },
  remind: empty() || wanted.state === "offline",
  file: empty()
    ? null
    : {
        name: "keyward-backup.kwb",
        at: now - 4 * day,
        complete: now - 600,
        bytes: 48_300_000,
        versions: 7,
        problem: wanted.state === "offline" ? { code: "backup-place-gone", params: {} } : null,
      },
  relay: atRelay(),
});

/**
 * On with versions; out of reach with the room used up; off on the first day. Work that asks: just deleted; a doctor's
 * waits for her clinic.
 */
const atRelay = (): T.RelayBackup => {
  const off: T.RelayBackup = {
    possible: role() !== "desk",
    on: false,
    thisComputerOnly: false,
    address: "https://relay.clinic.example:8443",
    at: null,
    complete: null,
    bytes: 0,
    quota: 0,
    versions: [],
    by: null,
    stranger: null,
    deleting: false,
    deleted: wanted.asks && role() === "patient" ? now + day : null,
    problem: null,
    waits: false,
  };
  const waits = wanted.asks && role() === "doctor";
  if (empty() || (wanted.asks && !waits) || !off.possible) return off;
  const offline = wanted.state === "offline";
  return {
    ...off,
    on: true,
    at: now - 4 * day,
    complete: now - (offline ? 16 * day : 900),
    bytes: 52_100_000,
    quota: 8_589_934_592,
    waits,
    versions: [4, 5, 9, 40].map((days) => ({ at: now - days * day, bytes: 48_000_000 - days * 100_000 })),
    by: null,
    stranger: offline ? now - 2 * day : null,
    problem: offline ? { code: "relay-unreachable", params: {} } : null,
  };
};

/** What a profile of this window's role is called. */
const names = { patient: "Anna", doctor: "Dr Ada Example", desk: "Kim Sample" };
const role = (): T.Role =>
  wanted.window === "doctor" || wanted.window === "desk" ? wanted.window : "patient";

const report = (): T.RestoreReport => ({ patient: ofPatient, doctor: ofDoctor, desk: ofDesk })[role()]();

/** The clinic itself; what its relay held is not back. */
const ofDesk = (): T.RestoreReport => ({
  ...ofDoctor(),
  role: "desk",
  profileName: names.desk,
  shares: 0,
  people: 6,
  enrolment: { kind: "none" },
  renewals: [],
});

/** Her list without records; the clinic has to certify her new keys, or has. */
const ofDoctor = (): T.RestoreReport => ({
  ...ofPatient(),
  role: "doctor",
  profileName: names.doctor,
  records: 0,
  originals: 0,
  spaces: 0,
  shares: 5,
  accesses: 0,
  fromRelay: false,
  enrolment: wanted.asks ? { kind: "impossible", code: "not-enrolled" } : { kind: "done" },
  renewals: ["Test-Anna Maria Muster-Sample", "Silver Heron 27"].map((name, index) => ({
    of: "share",
    id: `r${String(index)}`,
    name,
    state: { kind: "done" },
  })),
});

const ofPatient = (): T.RestoreReport => ({
  profileId: "fake",
  role: "patient",
  profileName: names.patient,
  at: now - 300,
  versionAt: now - 2 * day,
  records: 57,
  originals: 12,
  spaces: 2,
  shares: 4,
  accesses: 31,
  people: 0,
  fromRelay: wanted.asks,
  enrolment: wanted.asks ? { kind: "waiting", problem: null } : { kind: "done" },
  leftClinic: null,
  renewals: ["Dr Ada Example", "Dr Boris Sample"].map((name, index) => ({
    of: "share",
    id: `s${String(index)}`,
    name,
    state: { kind: "done" },
  })),
});

const offer = (): T.RestoreOffer => ({
  role: wanted.asks ? "doctor" : "patient",
  profileName: wanted.asks ? names.doctor : names.patient,
  clinicName: "Example Clinic on the Hill",
  versions: [
    { sequence: 7, at: now - day, records: wanted.asks ? 0 : 57, bytes: 48_300_000 },
    { sequence: 6, at: now - 3 * day, records: wanted.asks ? 0 : 51, bytes: 40_100_000 },
    { sequence: 2, at: now - 40 * day, records: wanted.asks ? 0 : 12, bytes: 3_200_000 },
  ],
  cut: false,
  alreadyHere: true,
});

let restoring: T.JobView | undefined;

type Answers = Record<string, (args: Record<string, unknown>) => unknown>;

export const recoveryAnswers = (startJob: (kind: T.JobKind, result: string) => string): Answers => ({
  recovery_status: status,
  kit_show: () => {
    if (empty()) throw { code: "kit-gone", params: {} } satisfies T.AppError;
    return {
      words,
      text: "KEYWARD-KIT1:aW52ZW50ZWQta2l0LW5vdC1yZWFs",
      qrSvg: qr,
      made: now - 3 * day,
      profileName: names[role()],
      clinicName: "Example Clinic on the Hill",
      relayUrl: "https://relay.clinic.example:8443",
    } satisfies T.KitView;
  },
  kit_confirm: (args) => {
    const wrong = (args.words as T.KitWord[]).filter(
      (each) => words[each.place - 1] !== each.word.toLowerCase(),
    );
    return { confirmed: wrong.length === 0, wrong: wrong.map((each) => each.place) } satisfies T.KitCheck;
  },
  backup_now: () => startJob("backup", ""),
  backup_relay_now: () => startJob("backupAtRelay", ""),
  restore_report: () => (empty() ? null : report()),
  restore_kit: (args) => {
    if (String(args.text).trim().split(/\s+/).length < 12)
      throw { code: "kit-unreadable", params: {} } satisfies T.AppError;
    return { token: "k1", clinicName: null, hasRelay: false } satisfies T.KitReading;
  },
  restore_kit_image: () =>
    ({ token: "k1", clinicName: "Example Clinic on the Hill", hasRelay: true }) satisfies T.KitReading,
  restore_pick: () => ({ token: "b1", name: "keyward-backup.kwb" }) satisfies T.BackupChoice,
  restore_look: offer,
  restore_start: () => {
    restoring = atWork("r1", "restore", "restoring");
    if (!wanted.slow)
      setTimeout(() => {
        if (restoring?.state === "running") restoring = { ...restoring, state: "done", stage: "finished" };
      }, 1200);
    return "r1";
  },
  leaving_receipt: () =>
    empty() || !window.location.hash.includes("left")
      ? null
      : ({
          profileName: "Anna",
          role: "patient",
          at: now - 60,
          relay: { kind: "signed", erasedBy: now + day, statements: ["AQID".repeat(60), "BAUG".repeat(60)] },
          clinic: wanted.asks
            ? { kind: "notAsked", problem: { code: "authority-unreachable", params: {} } }
            : { kind: "signed", erasedBy: now + day, statements: ["BwgJ".repeat(60)] },
          clinicName: "Example Clinic on the Hill",
          clinicKeeps: wanted.asks ? [] : ["register-entry", "identity-check", "history"],
          fetched: 44,
        } satisfies T.LeavingReceipt),
  leaving_receipt_save: () => true,
  restore_job: () => restoring,
  restore_cancel: () => {
    if (restoring) restoring = { ...restoring, state: "cancelled" };
  },
  restore_done: report,
});
