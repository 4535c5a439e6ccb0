import { common } from "../backend";
import type { PatientRow, Role, Theme } from "../backend/types";
import { isOver, patientName, vouchedText } from "../features/doctor/patientName";
import { roomAddress, searchAddress } from "../features/room/address";
import { type MessageKey, t } from "../locales/i18n";
import type { IconName } from "../shared/icons";
import { toast } from "../shared/components/Toast";
import { type TextSize, applyTextSize, applyTheme, isDark, sizes, textSize } from "../shared/theme";
import { answers } from "./queries";
import { railOf } from "./places";
import { navigate } from "./router";

/** A line of the command palette. */
export interface Command {
  id: string;
  words: string;
  icon: IconName;
  run: () => void;
}

export interface CommandGroup {
  id: string;
  heading: string;
  commands: Command[];
}

interface Deed {
  label: MessageKey;
  icon: IconName;
  path: string;
}

const leave: Deed = { label: "title.leaving", icon: "download", path: "/settings/leaving" };

/** One page by the names it is looked for. */
const kept: Deed[] = [
  { label: "title.recovery", icon: "shield", path: "/settings/recovery" },
  { label: "recovery.kit", icon: "key", path: "/settings/recovery" },
  { label: "backup.heading", icon: "archive", path: "/settings/recovery" },
];

/** What each role begins most often; the places of the rail come by themselves. */
const deeds: Record<Role, Deed[]> = {
  patient: [
    { label: "share.start", icon: "share", path: "/sharing/new" },
    leave,
    ...kept,
    { label: "home.join", icon: "key", path: "/join" },
  ],
  doctor: [leave, ...kept, { label: "home.join", icon: "key", path: "/join" }],
  desk: [
    leave,
    ...kept,
    { label: "register.verb", icon: "person", path: "/people/register" },
    { label: "enrol.verb", icon: "doctor", path: "/clinicians/enrol" },
  ],
};

/** Parts of one's own records. */
const chart: Deed[] = [
  { label: "room.timeline", icon: "clock", path: "/records/timeline" },
  { label: "room.results", icon: "results", path: "/records/results" },
  { label: "results.compare", icon: "results", path: "/records/comparison" },
  { label: "room.medicines", icon: "medications", path: "/records/medicines" },
  { label: "room.documents", icon: "documents", path: "/records/documents" },
];

/** The same place may be known by several names, so a command is told by its label. */
const goAll = (deeds: Deed[]): Command[] =>
  deeds.map(({ label, icon, path }) => go(label, label, icon, path));

const go = (id: string, label: MessageKey, icon: IconName, path: string): Command => ({
  id,
  words: t(label),
  icon,
  run: () => {
    navigate(path);
  },
});

/** Every place and the common deeds of a window, and the search for what was typed where there is something to search. */
export function commandsOf(
  role: Role,
  enrolled: boolean,
  typed: string,
  patients: PatientRow[] = [],
): CommandGroup[] {
  const known = deeds[role].filter((each) => each.path !== "/join" || !enrolled);
  const groups: CommandGroup[] = [
    {
      id: "places",
      heading: t("palette.places"),
      commands: [
        ...railOf(role).map((route) => go(route.id, route.rail.label, route.rail.icon, route.path)),
        go("settings", "rail.settings", "settings", "/settings"),
        go("relay", "title.relay", "info", "/settings/relay"),
      ],
    },
    ...(role === "patient" ? [{ id: "chart", heading: t("room.parts"), commands: goAll(chart) }] : []),
    ...(role === "doctor" && patients.length > 0
      ? [{ id: "patients", heading: t("rail.patients"), commands: patientCommands(patients) }]
      : []),
    {
      id: "deeds",
      heading: t("palette.deeds"),
      commands: [
        ...goAll(known),
        {
          id: "print",
          words: t("palette.print"),
          icon: "print",
          run: () => void common.printWindow(),
        },
        theme(),
        ...textSizes(),
        { id: "lock", words: t("lock.verb"), icon: "lock", run: () => void common.lock() },
        {
          id: "profiles",
          words: t("settings.others"),
          icon: "people",
          run: () => void common.profilesShow(),
        },
      ],
    },
  ];
  const search = searchCommand(role, typed.trim());
  return search ? [...groups, { id: "search", heading: t("palette.searching"), commands: [search] }] : groups;
}

/** Patients whose records can be read, by the name each is shown under; who vouches tells namesakes apart. */
function patientCommands(rows: PatientRow[]): Command[] {
  const open = rows.filter((row) => !isOver(row));
  const names = open.map((row) => patientName(row.patient));
  return open.map((row) => {
    const name = patientName(row.patient);
    const twins = names.filter((each) => each === name).length > 1;
    return {
      id: `patient-${row.share}`,
      words: twins ? `${name} · ${vouchedText(row.patient)}` : name,
      icon: row.patient.kind === "named" ? "person" : "mask",
      run: () => {
        navigate(roomAddress({ kind: "share", id: row.share }, { at: "summary" }));
      },
    };
  });
}

function searchCommand(role: Role, words: string): Command | undefined {
  const address = words === "" ? undefined : searchAddress(role, words);
  if (address === undefined) return undefined;
  return {
    id: "search",
    words: t(role === "patient" ? "palette.search" : "palette.searchChart", { words }),
    icon: "search",
    run: () => {
      navigate(address);
    },
  };
}

/** Light or dark from here on, kept like in the settings. */
function theme(): Command {
  const next = isDark() ? "light" : "dark";
  return {
    id: "theme",
    words: t(next === "dark" ? "theme.toDark" : "theme.toLight"),
    icon: next === "dark" ? "moon" : "sun",
    run: () => {
      applyTheme(next);
      void common
        .settingsRead()
        .then(async (before) => {
          await keepTheme(next);
          toast(t(next === "dark" ? "theme.isDark" : "theme.isLight"), () => {
            applyTheme(before.theme);
            void keepTheme(before.theme).catch(() => undefined);
          });
        })
        .catch(() => undefined);
    },
  };
}

async function keepTheme(theme: Theme): Promise<void> {
  await common.settingsWrite({ ...(await common.settingsRead()), theme });
  await answers.invalidateQueries({
    predicate: ({ queryKey: [first] }) => first === "session" || first === "settings",
  });
}

/** One step larger or smaller, where there is one. */
function textSizes(): Command[] {
  const now = textSize();
  const at = sizes.indexOf(now);
  const step = (next: TextSize | undefined, label: MessageKey): Command[] =>
    next === undefined
      ? []
      : [
          {
            id: label,
            words: t(label),
            icon: "text",
            run: () => {
              applyTextSize(next);
              toast(t("textSize.is", { percent: next }), () => {
                applyTextSize(now);
              });
            },
          },
        ];
  return [...step(sizes[at + 1], "textSize.larger"), ...step(sizes[at - 1], "textSize.smaller")];
}
