/** DEVELOPMENT ONLY: the profiles on the first page, and what is saved of a damaged one. */
import type * as T from "../types";
import { wanted } from "./wanted";

const well = { passphraseSet: false, open: false, damaged: false, kept: false };

/** `?file=hers` and `?file=damaged`: Anna's file is damaged, or Dr Ada's; `?file=kept`: it was, and is kept. */
const profiles = (): T.ProfileSummary[] => [
  {
    ...well,
    id: "a",
    role: "patient",
    name: "Anna",
    damaged: wanted.file === "hers" && !salvaged?.report,
  },
  {
    ...well,
    id: "b",
    role: "doctor",
    name: "Dr Ada Example",
    passphraseSet: true,
    damaged: wanted.file === "damaged" && !salvaged?.report,
    kept: wanted.file === "kept",
  },
  { ...well, id: "c", role: "desk", name: "Front desk", open: true },
];

const report: T.SalvageReport = {
  records: 1_284,
  originals: 6,
  shares: 3,
  others: 212,
  broken: 2,
  pages: 1_300,
  pagesLost: 4,
  newestMissing: true,
  keptIn: "/home/anna/.local/share/keyward/profiles/b/damaged-1",
};

let salvaged: T.SalvageView | undefined;

/** As well as it could go, or on its way for good. */
function salvage(): T.SalvageView {
  const running = wanted.slow;
  salvaged = { running, done: 412, total: 1_300, report: running ? null : report, problem: null };
  return salvaged;
}

const none: T.SalvageView = { running: false, done: 0, total: 0, report: null, problem: null };

function stop(): undefined {
  salvaged = { ...none, problem: { code: "cancelled", params: {} } };
}

const removed = new Set<string>();

export const profileAnswers = {
  profiles_list: () =>
    wanted.state === "empty" ? [] : profiles().filter((profile) => !removed.has(profile.id)),
  profile_remove: (args: Record<string, unknown>) => {
    removed.add(String(args.id));
  },
  profile_create: () => ({ ...well, id: "n", role: "patient", name: "New" }),
  clinic_setup: () => ({ ...well, id: "n", role: "desk", name: "New" }),
  salvage_start: salvage,
  salvage_state: () => {
    if (salvaged) return salvaged;
    throw { code: "not-found", params: {} } satisfies T.AppError;
  },
  salvage_stop: stop,
  salvage_forget: () => {
    wanted.file = "";
  },
};
