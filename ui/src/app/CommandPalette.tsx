import { useEffect, useState } from "react";
import {
  Autocomplete,
  Dialog,
  Header,
  Input,
  Label,
  Menu,
  MenuItem,
  MenuSection,
  Modal,
  ModalOverlay,
  SearchField,
  useFilter,
} from "react-aria-components";
import { doctor } from "../backend";
import { t } from "../locales/i18n";
import { Icon } from "../shared/icons";
import { type CommandGroup, commandsOf } from "./commands";
import { useAnswer } from "./queries";
import { useSession } from "./session";

/** Ctrl/Cmd-K: every place and the common deeds by typing a word of them, and a search for anything else. */
export function CommandPalette({
  isOpen,
  onOpenChange,
}: {
  isOpen: boolean;
  onOpenChange: (open: boolean) => void;
}) {
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
  return (
    <ModalOverlay className="scrim" isOpen={isOpen} onOpenChange={onOpenChange} isDismissable>
      <Modal className="dialog palette">
        <Dialog aria-label={t("palette.open")}>
          <Commands
            onDone={() => {
              onOpenChange(false);
            }}
          />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Commands({ onDone }: { onDone: () => void }) {
  const { role, enrolled } = useSession();
  const [typed, setTyped] = useState("");
  const home = useAnswer(["doctor-home"], doctor.home, { enabled: role === "doctor" });
  const groups = commandsOf(role, enrolled === true, typed, home.data?.shares);
  return <PaletteList groups={groups} typed={typed} onTyped={setTyped} onDone={onDone} />;
}

/** The field and what fits it. */
export function PaletteList({
  groups,
  typed,
  onTyped,
  onDone,
  still = false,
}: {
  groups: CommandGroup[];
  typed: string;
  onTyped: (words: string) => void;
  onDone: () => void;
  /** It stands in a page and leaves the focus where it is. */
  still?: boolean;
}) {
  const { contains } = useFilter({ sensitivity: "base" });
  const all = groups.flatMap((group) => group.commands);
  // The search line always fits what was typed: it is made of it.
  const fits = (words: string, input: string) => contains(words, input.trim());
  return (
    <Autocomplete filter={fits} inputValue={typed} onInputChange={onTyped}>
      <SearchField className="field field-search" autoFocus={!still}>
        <Label className="field-label">{t("palette.label")}</Label>
        <Input className="input" />
        <Icon name="search" />
      </SearchField>
      <Menu
        className="palette-list"
        aria-label={t("palette.results")}
        items={groups}
        dependencies={[typed]}
        renderEmptyState={() => <p className="palette-group">{t("palette.nothing")}</p>}
        onAction={(key) => {
          onDone();
          all.find((command) => command.id === key)?.run();
        }}
      >
        {(group) => (
          <MenuSection id={`group-${group.id}`}>
            <Header className="palette-group">{group.heading}</Header>
            {group.commands.map((command) => (
              <MenuItem key={command.id} id={command.id} className="palette-item" textValue={command.words}>
                <Icon name={command.icon} />
                {command.words}
              </MenuItem>
            ))}
          </MenuSection>
        )}
      </Menu>
      <p className="palette-foot">{t("palette.keys")}</p>
    </Autocomplete>
  );
}
