import { useEffect } from "react";
import {
  Autocomplete,
  Input,
  Menu,
  MenuItem,
  Modal,
  ModalOverlay,
  SearchField,
  Dialog,
  Label,
  useFilter,
} from "react-aria-components";
import { common } from "../backend";
import type { Role } from "../backend/types";
import { type MessageKey, t } from "../locales/i18n";
import { Icon, type IconName } from "../shared/icons";
import { railOf } from "./places";
import { navigate } from "./router";
import { useSession } from "./session";

interface Command {
  id: string;
  words: string;
  icon: IconName;
  run: () => void;
}

const extra: Record<Role, { label: MessageKey; icon: IconName; path: string }[]> = {
  patient: [{ label: "share.start", icon: "share", path: "/sharing/new" }],
  doctor: [],
  desk: [{ label: "enrol.verb", icon: "doctor", path: "/clinicians/enrol" }],
};

function commandsOf(role: Role): Command[] {
  const go = (id: string, label: MessageKey, icon: IconName, path: string): Command => ({
    id,
    words: t(label),
    icon,
    run: () => {
      navigate(path);
    },
  });
  return [
    ...extra[role].map((each) => go(each.path, each.label, each.icon, each.path)),
    ...railOf(role).map((route) => go(route.id, route.rail.label, route.rail.icon, route.path)),
    go("settings", "rail.settings", "settings", "/settings"),
    go("relay", "title.relay", "info", "/settings/relay"),
    { id: "lock", words: t("lock.verb"), icon: "lock", run: () => void common.lock() },
  ];
}

/** Ctrl/Cmd-K: every place and the common deeds, by typing a word of them. */
export function CommandPalette({
  isOpen,
  onOpenChange,
}: {
  isOpen: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const { role } = useSession();
  const { contains } = useFilter({ sensitivity: "base" });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (
        event.key.toLowerCase() !== "k" ||
        !(event.ctrlKey || event.metaKey) ||
        event.altKey ||
        event.shiftKey
      )
        return;
      event.preventDefault();
      onOpenChange(!document.querySelector(".scrim"));
    };
    window.addEventListener("keydown", pressed);
    return () => {
      window.removeEventListener("keydown", pressed);
    };
  }, [onOpenChange]);
  const commands = commandsOf(role);
  return (
    <ModalOverlay className="scrim" isOpen={isOpen} onOpenChange={onOpenChange} isDismissable>
      <Modal className="dialog palette">
        <Dialog aria-label={t("palette.open")}>
          <Autocomplete filter={contains}>
            <SearchField className="field" autoFocus>
              <Label className="field-label">{t("palette.label")}</Label>
              <Input className="input" />
            </SearchField>
            <Menu
              className="palette-list"
              aria-label={t("palette.results")}
              items={commands}
              renderEmptyState={() => <p className="soft">{t("palette.nothing")}</p>}
              onAction={(key) => {
                onOpenChange(false);
                commands.find((command) => command.id === key)?.run();
              }}
            >
              {(command) => (
                <MenuItem className="palette-item" textValue={command.words}>
                  <Icon name={command.icon} />
                  {command.words}
                </MenuItem>
              )}
            </Menu>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
