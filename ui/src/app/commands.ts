import { common } from "../backend";
import type { Role } from "../backend/types";
import { searchAddress } from "../features/room/address";
import { type MessageKey, t } from "../locales/i18n";
import type { IconName } from "../shared/icons";
import { applyTheme, isDark } from "../shared/theme";
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

/** What each role begins most often; the places of the rail come by themselves. */
const deeds: Record<Role, { label: MessageKey; icon: IconName; path: string }[]> = {
  patient: [
    { label: "share.start", icon: "share", path: "/sharing/new" },
    { label: "title.leaving", icon: "download", path: "/settings/leaving" },
    { label: "title.recovery", icon: "shield", path: "/settings/recovery" },
    { label: "home.join", icon: "key", path: "/join" },
  ],
  doctor: [{ label: "home.join", icon: "key", path: "/join" }],
  desk: [
    { label: "register.verb", icon: "person", path: "/people/register" },
    { label: "enrol.verb", icon: "doctor", path: "/clinicians/enrol" },
  ],
};

const go = (id: string, label: MessageKey, icon: IconName, path: string): Command => ({
  id,
  words: t(label),
  icon,
  run: () => {
    navigate(path);
  },
});

/** Every place and the common deeds of a window, and the search for what was typed where there is something to search. */
export function commandsOf(role: Role, enrolled: boolean, typed: string): CommandGroup[] {
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
    {
      id: "deeds",
      heading: t("palette.deeds"),
      commands: [
        ...known.map((each) => go(each.path, each.label, each.icon, each.path)),
        {
          id: "print",
          words: t("palette.print"),
          icon: "print",
          run: () => void common.printWindow(),
        },
        theme(),
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
        .then((settings) => common.settingsWrite({ ...settings, theme: next }))
        .then(() => answers.invalidateQueries({ queryKey: ["session"] }))
        .catch(() => undefined);
    },
  };
}
