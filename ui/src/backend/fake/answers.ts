import { columnsQuestion } from "./columns";
import { listeners, tell, wanted } from "./wanted";
import { atWork } from "./build";
import { chart, counts } from "./chart";
import { day, now } from "./clock";
import { documentAnswers } from "./documents";
import { profileAnswers } from "./profiles";
import { recoveryAnswers } from "./recovery";
import { roomAnswers } from "./room";
import { waiting } from "./travel";
import type * as T from "../types";

const empty = () => wanted.state === "empty";
/** The relay is out of reach: what was fetched before is there. */
const outOfReach = (): T.AppError | null =>
  wanted.state === "offline" ? { code: "relay-unreachable", params: {} } : null;
const leaver = (): T.Role =>
  wanted.window === "doctor" || wanted.window === "desk" ? wanted.window : "patient";
/** Nobody uses the clinic any more. */
const ends = () => wanted.asks || wanted.state === "offline";
const lastSync = () => (wanted.state === "offline" ? now - 2 * day : now - 240);
const hex = ["3f9a", "02c7", "b81e", "6d50"];

const isLocked = () => wanted.state === "locked";
let joined = true;
/** An empty patient's window has no clinic yet. */
const enrolled = () => joined && !(wanted.window === "patient" && empty());
let travel: T.Travel = "atOnce";
let theme: T.Theme = wanted.theme;
let job: T.JobView | undefined;
/** What is told of the work is also what it says when it is asked. */
listeners.set("job://progress", new Set([(told) => (job = told as T.JobView)]));

const session = (): T.SessionView => ({
  profileId: "fake",
  role: wanted.window as T.Role,
  profileName:
    wanted.window === "desk" ? "Front desk" : wanted.window === "doctor" ? "Dr Ada Example" : "Anna",
  locked: isLocked(),
  // Both lock screens are looked at: a desk has set none.
  passphraseSet: isLocked() && wanted.window !== "desk",
  enrolled: isLocked() ? null : enrolled(),
  clinicName: isLocked() ? null : "Example Clinic on the Hill",
  personName: isLocked()
    ? null
    : wanted.window === "patient"
      ? "Test-Anna Maria Muster-Sample"
      : wanted.window === "doctor"
        ? "Dr Ada Example"
        : "Kim Sample",
  thisComputerOnly: true,
  autoLockMinutes: 15,
  theme,
  version: "0.1.0",
  reach:
    isLocked() || !enrolled() || wanted.window === "desk"
      ? null
      : { lastSync: lastSync(), problem: outOfReach() },
});

const doctorCard = (n: number, change: Partial<T.DoctorCard> = {}): T.DoctorCard => ({
  certificate: `cert${String(n)}`,
  name: "Dr Ada Example",
  role: "Cardiologist",
  organisation: "Example Clinic on the Hill",
  registrationNumber: null,
  certifiedBy: "Example Clinic on the Hill",
  validUntil: now + 300 * day,
  sameName: false,
  fingerprint: hex,
  standing: "new",
  ...change,
});

const doctors: T.DoctorCard[] = [
  doctorCard(1, { sameName: true, standing: "known" }),
  doctorCard(2, {
    sameName: true,
    role: "Dermatologist",
    organisation: "Skin Practice Sample Street",
    registrationNumber: "S-1042",
    fingerprint: ["91aa", "7712", "0c0d", "ee41"],
  }),
  doctorCard(3, { name: "Dr Boris Sample", role: "General practitioner", standing: "keyChanged" }),
  doctorCard(4, { name: "Dr Chi Muster", role: "Surgeon", standing: "removed" }),
];

const access = (n: number, change: Partial<T.AccessView> = {}): T.AccessView => ({
  shareId: "s1",
  doctorName: "Dr Ada Example",
  doctorRole: "Cardiologist",
  organisation: "Example Clinic on the Hill",
  category: "medications",
  records: 12,
  time: now - n * day,
  purpose: "treatment",
  proof: "verified",
  spaceName: "Heart",
  ...change,
});

const accesses = [
  access(1),
  access(1.01, { category: "results", records: 31 }),
  access(6, { category: "conditions", records: 1, proof: "unproved" }),
];

const share = (change: Partial<T.ShareView> = {}): T.ShareView => ({
  id: "s1",
  number: "KW-2026-0001",
  spaceId: "p1",
  spaceName: "Heart",
  shownAs: "Test-Anna Maria Muster-Sample",
  showsName: true,
  doctor: doctorCard(1),
  categories: ["conditions", "medications", "allergies", "results"],
  purpose: "treatment",
  created: now - 20 * day,
  until: now + 70 * day,
  state: "live",
  revokedAt: null,
  revokeConfirmed: false,
  problem: null,
  records: 46,
  waiting: 2,
  opened: 3,
  firstOpened: now - 6 * day,
  lastOpened: now - day,
  fetched: 44,
  accesses,
  ...change,
});

const shares = [
  share(),
  share({
    id: "s2",
    state: "pending",
    doctor: doctorCard(3, { name: "Dr Boris Sample", role: "General practitioner" }),
    opened: 0,
    fetched: 0,
    firstOpened: null,
    lastOpened: null,
    spaceName: "Everything else",
    categories: ["vitals"],
    accesses: [],
  }),
  share({ id: "s3", state: "ended", until: now - 40 * day, waiting: 0 }),
  share({
    id: "s4",
    state: "revoked",
    revokedAt: now - 2 * day,
    revokeConfirmed: true,
    waiting: 0,
    doctor: doctorCard(2, { name: "Dr Dora Muster", role: "Dermatologist" }),
    shownAs: "Silver Heron 27",
    showsName: false,
  }),
  share({
    id: "s5",
    state: "former",
    waiting: 0,
    records: 0,
    doctor: doctorCard(4, { name: "Dr Emil Probe", certifiedBy: "Sample Clinic by the Sea" }),
  }),
];

const onlyYou: T.VisibilityView = { kind: "onlyYou" };
const withAda: T.VisibilityView = {
  kind: "shared",
  with: [{ shareId: "s1", name: "Dr Ada Example", until: now + 70 * day }],
};

const anonymity: T.Anonymity = {
  until: now + 140 * day,
  atOnce: false,
  oneComputer: true,
  apart: false,
  alike: [],
  setUpKey: true,
};

const spaces: T.SpaceView[] = [
  {
    id: "p1",
    name: "Heart",
    icon: "heart",
    showsName: true,
    pseudonym: "Silver Heron 27",
    certified: true,
    liveShares: 1,
    visibility: withAda,
    created: now - 30 * day,
    waits: null,
    anonymity,
  },
  {
    id: "p2",
    name: "Private",
    icon: "moon",
    showsName: false,
    pseudonym: "Quiet Maple 81",
    certified: true,
    liveShares: 0,
    visibility: onlyYou,
    created: now - 3 * day,
    waits: null,
    anonymity: { ...anonymity, atOnce: true, alike: ["Heart"] },
  },
];

const retired: T.RetiredSpace[] = [
  {
    id: "p7",
    name: "Old knee",
    icon: "bone",
    at: now - 5 * day,
    deleting: wanted.state === "offline",
    deleted: wanted.state === "offline" ? null : now - 4 * day,
  },
  { id: "p8", name: "Never used", icon: "leaf", at: now - 9 * day, deleting: false, deleted: null },
];

const report: T.ImportReport = {
  files: 5,
  resources: 57,
  kept_as_source: 3,
  duplicates: 3,
  refused: [
    { file: "records-2026/empty.json", reason: "empty", kept: false },
    { file: "records-2026/notes.odt", reason: "unsupported-format", kept: true },
    { file: "records-2026/old/bundle-2.json", reason: "damaged", kept: true },
  ],
  by_compartment: { conditions: 4, medications: 12, results: 31, vitals: 10 },
  list: "keyward-sensitivity 1",
};

const imports: T.ImportView[] = [
  {
    id: "i1",
    at: now - 3 * day,
    names: ["records-2026"],
    report,
    finished: true,
    recordsLeft: 57,
    recordsShared: 46,
    resumable: false,
    filesDone: 4,
    filesFound: 5,
  },
  {
    id: "i2",
    at: now - 4 * day,
    names: ["export.zip"],
    report: { ...report, files: 3, resources: 12, refused: [], by_compartment: { results: 12 } },
    finished: false,
    recordsLeft: 12,
    recordsShared: 0,
    resumable: true,
    filesDone: 3,
    filesFound: 11,
  },
];

const importFiles: T.ImportFileView[] = [
  {
    source: "f1",
    name: "records-2026/bundle-1.json",
    format: "fhir",
    bytes: 120_000,
    records: 48,
    duplicates: 3,
    kept: [{ index: 7, reason: "unknownType" }],
    original: true,
    whole: true,
    notRead: null,
  },
  {
    source: "f2",
    name: "records-2026/letter.pdf",
    format: "pdf",
    bytes: 400_000,
    records: 1,
    duplicates: 0,
    kept: [],
    original: true,
    whole: true,
    notRead: null,
  },
  {
    source: "f3",
    name: "records-2026/notes.odt",
    format: "unknown",
    bytes: 21_000,
    records: 0,
    duplicates: 0,
    kept: [],
    original: true,
    whole: true,
    notRead: "unsupported-format",
  },
  {
    source: "f4",
    name: "records-2026/old/bundle-2.json",
    format: "fhir",
    bytes: 90_000,
    records: 0,
    duplicates: 0,
    kept: [],
    original: true,
    whole: true,
    notRead: "damaged",
  },
];

const person = (n: number, change: Partial<T.PersonRow> = {}): T.PersonRow => ({
  id: `n${String(n)}`,
  name: "Test-Anna Maria Muster-Sample",
  birthDate: "1961-03-14",
  next: "checkIdentity",
  enrolled: false,
  withdrawn: false,
  changed: now - n * 3600,
  ...change,
});

const people = [
  person(1),
  person(2, { name: "Test-Bruno Karl Beispiel-Sample", birthDate: "1955-11-02", next: "invite" }),
  person(3, { name: "Test-Clara Example", birthDate: "1990-07-30", next: "awaitUse" }),
  person(4, { name: "Test-Deniz Sample", birthDate: "1948-01-09", next: "inviteAgain" }),
  person(5, { name: "Test-Edda Muster", birthDate: "2001-12-24", next: "nothing", enrolled: true }),
];

const personView = (id: string): T.PersonView => {
  const row = people.find((each) => each.id === id) ?? person(1);
  const parts = row.name.split(" ");
  return {
    row,
    details: {
      givenName: parts.slice(0, -1).join(" "),
      familyName: parts.at(-1) ?? "",
      birthDate: row.birthDate,
      clinicNumber: "C-118",
      phone: null,
    },
    checks:
      row.next === "checkIdentity"
        ? []
        : [{ document: "passport", note: null, at: now - day, by: "Kim Sample" }],
    invitations:
      row.next === "awaitUse"
        ? [{ id: "v1", state: "open", issued: now - 3600, expires: now + 6 * day, used: null }]
        : row.next === "nothing"
          ? [{ id: "v1", state: "used", issued: now - 9 * day, expires: now - 2 * day, used: now - 8 * day }]
          : [],
    registered: now - 10 * day,
    withdrawnReason: null,
  };
};

const qr = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 33 33" shape-rendering="crispEdges"><rect width="33" height="33" fill="#fff"/>${Array.from({ length: 441 }, (_, i) => ((Math.imul(i + 7, 2_654_435_761) >>> 13) % 7 < 3 ? `<rect x="${String(6 + (i % 21))}" y="${String(6 + Math.floor(i / 21))}" width="1" height="1"/>` : "")).join("")}</svg>`;

const invitation = (name: string, purpose: T.InvitationPurpose): T.InvitationView => ({
  code: "K7QM-2XVB-9HTR-WD4C",
  text: "KEYWARD1:ZmFrZS1pbnZpdGF0aW9u",
  qrSvg: qr,
  purpose,
  expires: now + 7 * day,
  thisComputerOnly: true,
  clinicName: "Example Clinic on the Hill",
  personName: name,
  fingerprint: hex,
  replacesDevice: false,
});

const clinicians: T.ClinicianRow[] = [
  {
    id: "c1",
    details: {
      name: "Dr Ada Example",
      role: "Cardiologist",
      organisation: "Example Clinic on the Hill",
      registrationNumber: null,
    },
    state: "certified",
    fingerprint: hex,
    validUntil: now + 300 * day,
    changed: now - day,
  },
  {
    id: "c2",
    details: {
      name: "Dr Boris Sample",
      role: "General practitioner",
      organisation: "Example Clinic on the Hill",
      registrationNumber: "G-7",
    },
    state: "invited",
    fingerprint: null,
    validUntil: null,
    changed: now - day,
  },
  {
    id: "c3",
    details: {
      name: "Dr Chi Muster",
      role: "Surgeon",
      organisation: "Example Clinic on the Hill",
      registrationNumber: null,
    },
    state: "removed",
    fingerprint: hex,
    validUntil: null,
    changed: now - 9 * day,
  },
];

const received = (n: number, change: Partial<T.PatientRow> = {}): T.PatientRow => ({
  share: `r${String(n)}`,
  patient: {
    kind: "named",
    name: "Test-Anna Maria Muster-Sample",
    birthDate: "1961-03-14",
    vouchedBy: "Example Clinic on the Hill",
  },
  persona: hex,
  categories: ["conditions", "medications", "allergies", "results", "vitals"],
  purpose: "treatment",
  from: now - 20 * day,
  until: now + 70 * day,
  state: "live",
  endedAt: null,
  records: 46,
  newRecords: 0,
  lastOpened: now - day,
  ...change,
});

const receivedShares = [
  received(1, { newRecords: 2 }),
  received(2, {
    patient: { kind: "pseudonym", text: "Silver Heron 27" },
    lastOpened: null,
    categories: ["results"],
    records: 8,
  }),
  received(3, {
    patient: {
      kind: "named",
      name: "Test-Anna Maria Muster-Sample",
      birthDate: "1984-02-01",
      vouchedBy: null,
    },
    persona: ["77aa", "10f2", "9c31", "4be8"],
  }),
  received(4, { state: "revoked", endedAt: now - 2 * day, records: 0 }),
  received(5, {
    state: "ended",
    endedAt: now - 30 * day,
    until: now - 30 * day,
    records: 0,
    patient: { kind: "pseudonym", text: "Quiet Maple 81" },
  }),
];

const lost = (row: T.PatientRow): T.PatientRow =>
  row.state === "live" ? { ...row, state: "keysLost", endedAt: now - day, records: 0, newRecords: 0 } : row;

/** What each kind of work is doing most of the time. */
const midway: Record<T.JobKind, T.JobStage> = {
  import: "reading",
  share: "sealing",
  sync: "fetching",
  backup: "writing",
  backupAtRelay: "sending",
  restore: "restoring",
  export: "writing",
  leaving: "erasing",
};

function runJob(kind: T.JobKind, result: string): string {
  const asks = kind === "import" && wanted.asks;
  job = atWork("j1", kind, midway[kind], { state: asks ? "asking" : "running" });
  if (asks && wanted.table) job.question = columnsQuestion;
  else if (asks)
    job.question = {
      kind: "somebodyElse",
      file: "bundle-7.json",
      found: { name: "Test-Bruno Karl Beispiel-Sample", birthDate: "1955" },
      expected: { name: "Test-Anna Maria Muster-Sample", birthDate: "1961-03-14" },
      differs: ["name", "birthDate"],
      records: 14,
    };
  else if (!wanted.slow)
    setTimeout(() => {
      if (job?.state !== "running") return;
      job = { ...job, state: "done", stage: "finished", done: 57, result };
      tell("job://progress", job);
    }, 1200);
  return "j1";
}

const patientHome = (): T.PatientHome => ({
  enrolled: !empty(),
  personName: "Test-Anna Maria Muster-Sample",
  clinicName: "Example Clinic on the Hill",
  records: empty() ? 0 : 57,
  categories: empty() ? [] : counts(onlyYou, withAda),
  shares: empty() ? [] : shares.slice(0, 2),
  recentAccesses: empty() ? [] : accesses,
  waiting: 0,
  problem: outOfReach(),
  lastSync: empty() ? null : lastSync(),
  setBack: null,
  apart: travel === "apart",
  warnings: [],
  visibility: empty() ? onlyYou : withAda,
});

const doctorHome = (): T.DoctorHome => ({
  enrolled: true,
  doctor: {
    name: "Dr Ada Example",
    role: "Cardiologist",
    organisation: "Example Clinic on the Hill",
    clinicName: "Example Clinic on the Hill",
    fingerprint: hex,
    validUntil: now + 300 * day,
    removed: false,
  },
  // A restored profile, until its clinic has certified its new keys.
  rejoin: wanted.asks,
  shares: empty() ? [] : wanted.asks ? receivedShares.map(lost) : receivedShares,
  lastSync: lastSync(),
  problem: outOfReach(),
  warnings: [],
});

type Answers = Record<string, (args: Record<string, unknown>) => unknown>;

const answersByCommand: Answers = {
  ...profileAnswers,
  session,
  lock: () => {
    wanted.state = "locked";
    tell("session://locked", null);
  },
  profiles_show: () => null,
  // Nobody pressed anything in the gallery, so its engine would refuse.
  text_copy: (args) => (wanted.gallery ? null : navigator.clipboard.writeText(String(args.text))),
  unlock: (args) => {
    if (session().passphraseSet && args.passphrase !== "open sesame")
      throw { code: "passphrase-wrong", params: {} };
    wanted.state = "full";
    return session();
  },
  settings_read: () => ({ autoLockMinutes: 15, theme }),
  settings_write: (args) => {
    theme = (args.settings as T.SettingsView).theme;
    return args.settings;
  },
  job_status: () => job,
  job_cancel: () => {
    if (job) job = { ...job, state: "cancelled" };
  },
  invitation_read: (args) => {
    if (String(args.text).length < 8) throw { code: "invitation-unreadable", params: {} };
    return {
      clinicName: "Example Clinic on the Hill",
      purpose: "patient",
      fingerprint: hex,
      expires: now + 6 * day,
      thisComputerOnly: true,
      leaves: wanted.asks ? { clinicName: "Sample Clinic by the Sea", spaces: 2, shares: 4, open: 1 } : null,
    } satisfies T.InvitationPreview;
  },
  invitation_from_image: () => "K7QM-2XVB-9HTR-WD4C",
  invitation_accept: () => {
    joined = true;
    return session();
  },
  patient_home: patientHome,
  warning_dismiss: () => null,
  import_pick: () => ({ token: "t", names: ["records-2026"] }),
  import_start: () => runJob("import", "i1"),
  import_decide: () => {
    if (job) job = { ...job, state: "done", question: null, result: "i1" };
  },
  import_resume: () => runJob("import", "i1"),
  import_files: () => importFiles,
  import_export_original: () => 120_000,
  import_report_save: () => true,
  imports_list: () => (empty() ? [] : imports),
  spaces: () => (empty() ? [] : travel === "apart" ? spaces.map(waiting) : spaces),
  space_send_now: () => null,
  travel_read: () => travel,
  travel_write: (args) => {
    travel = args.travel as T.Travel;
  },
  spaces_retired: () => (empty() ? [] : retired),
  space_retire: (args) => ({ ...retired[0], id: (args as { id: string }).id }),
  space_create: (args) => ({ ...spaces[1], ...(args.draft as object), id: "p2" }),
  doctors: () =>
    ({
      doctors: empty() ? [] : doctors,
      untrusted: 0,
      fetched: now,
      problem: null,
    }) satisfies T.DoctorDirectory,
  share_preview: () =>
    ({
      id: "preview-1",
      doctor: doctors[0] as T.DoctorCard,
      shownAs: "Silver Heron 27",
      showsName: false,
      chart: chart("shared"),
      identifies: [
        {
          recordId: "i3",
          title: "Letter",
          what: "careProvider",
          place: "performer",
          text: "Example Clinic",
          hits: [],
        },
      ],
      removed: { name: 4, address: 1, narrative: 31 },
      freeText: [
        {
          recordId: "i5",
          title: "Note",
          what: "text",
          place: "note[0].text",
          text: "Anna says she feels well since the walk in May.",
          hits: ["Anna"],
        },
      ],
      records: 46,
      withheld: 3,
      stays: [
        { recordId: "i5", title: "Visit summary", resourceType: "Composition", reason: "keptApart" },
        { recordId: "i6", title: "Scan of the heart", resourceType: "DocumentReference", reason: "tooLarge" },
        { recordId: "i7", title: "Letter", resourceType: "DocumentReference", reason: "wholeDocument" },
      ],
      bytes: 120_000,
    }) satisfies T.SharePreview & { id: string },
  share_create: () => runJob("share", "s1"),
  shares: () => (empty() ? [] : shares),
  share: (args) => shares.find((each) => each.id === args.id) ?? shares[0],
  share_revoke: () => {
    const first = shares[0] as T.ShareView;
    Object.assign(first, { state: "revoked", revokedAt: now, revokeConfirmed: true });
    return { share: first, confirmed: true, alreadyFetched: 44 } satisfies T.RevokeOutcome;
  },
  share_extend: () => shares[0],
  accesses: () => (empty() ? [] : accesses),
  consent_receipt: () =>
    ({
      number: "KW-2026-0001",
      share: shares[0] as T.ShareView,
      personName: "Test-Anna Maria Muster-Sample",
      clinicName: "Example Clinic on the Hill",
      issued: now,
      consent: '{\n  "resourceType": "Consent",\n  "status": "active"\n}',
    }) satisfies T.ReceiptView,
  doctor_new_keys: () =>
    empty() || outOfReach()
      ? []
      : [
          {
            share: shares[1] as T.ShareView,
            doctor: doctorCard(3, { name: "Dr Boris Sample", role: "General practitioner" }),
          } satisfies T.NewKeysView,
        ],
  share_regrant: () => "s5",
  leaving_view: () =>
    ({
      role: leaver(),
      profileName: { patient: "Anna", doctor: "Dr Ada Example", desk: "Kim Sample" }[leaver()],
      clinicName: "Example Clinic on the Hill",
      records: leaver() === "patient" ? 57 : 0,
      liveShares: leaver() === "desk" ? 0 : 2,
      fetched: leaver() === "patient" ? 44 : 0,
      problem: leaver() === "desk" ? null : outOfReach(),
      clinic:
        leaver() === "desk"
          ? {
              people: 213,
              patients: ends() ? 0 : 180,
              doctors: ends() ? 0 : 6,
              invitations: 3,
              backup: wanted.state === "offline" ? null : now - 2 * day,
            }
          : null,
      begun: false,
      exported: wanted.state === "offline" ? null : now - 9 * day,
    }) satisfies T.LeavingView,
  export_all: () => runJob("export", "keyward-export.zip"),
  leave_for_good: () => runJob("leaving", "keyward-receipt.html"),
  doctor_home: doctorHome,
  doctor_open: (args) => {
    const known =
      receivedShares.find((each) => each.share === args.share) ?? (receivedShares[0] as T.PatientRow);
    const row = wanted.asks ? lost(known) : known;
    return {
      share: row,
      readable: row.state === "live",
      asOf: now - 3600,
      alarms: row.share === "r2" ? [{ kind: "rolledBack", category: "results", seen: now - 7200 }] : [],
      offline: row.share === "r2",
    } satisfies T.DoctorOpening;
  },
  desk_home: () =>
    ({
      clinicName: "Example Clinic on the Hill",
      operatorName: "Kim Sample",
      fingerprint: hex,
      thisComputerOnly: true,
      queue: empty() ? [] : people.slice(0, 4),
      people: empty() ? 0 : 5,
      clinicians: 1,
      problem: null,
    }) satisfies T.DeskHome,
  desk_people: (args) =>
    empty()
      ? []
      : people.filter((each) => each.name.toLowerCase().includes(String(args.query).toLowerCase())),
  desk_person: (args) => personView(String(args.id)),
  desk_similar: () => [people[0]],
  desk_register: () => personView("n1"),
  desk_correct: () => personView("n1"),
  desk_check_identity: () => personView("n2"),
  desk_invite: () => invitation("Test-Bruno Karl Beispiel-Sample", "patient"),
  desk_clinicians: () => (empty() ? [] : clinicians),
  desk_enrol_clinician: () => invitation("Dr Boris Sample", "clinician"),
  desk_reinvite_clinician: () => invitation("Dr Boris Sample", "clinician"),
};

const forRecovery = recoveryAnswers(runJob);

export const answer = (command: string, args: Record<string, unknown>): unknown =>
  (answersByCommand[command] ?? forRecovery[command] ?? roomAnswers[command] ?? documentAnswers[command])?.(
    args,
  ) ?? null;
