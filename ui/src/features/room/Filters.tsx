import { useEffect, useRef, useState } from "react";
import {
  Button as AriaButton,
  Label,
  ListBox,
  ListBoxItem,
  type ListBoxProps,
  Popover,
  Select as AriaSelect,
  SelectValue,
} from "react-aria-components";
import type { Category } from "../../backend/types";
import { t } from "../../locales/i18n";
import { TextField } from "../../shared/components/Fields";
import { Icon, type IconName } from "../../shared/icons";
import { categories, categoryIcon, categoryName } from "../../shared/records/words";

export interface Option {
  id: string;
  words: string;
  icon?: IconName;
  /** What typing finds it by, where that is not its words. */
  typed?: string;
}

/** One of a list that opens on pressing. */
export function Select({
  label,
  options,
  value,
  onChange,
  placeholder,
}: {
  label: string;
  options: Option[];
  value: string | null;
  onChange: (id: string) => void;
  placeholder?: string;
}) {
  return (
    <AriaSelect
      className="field"
      value={value}
      {...(placeholder ? { placeholder } : {})}
      onChange={(key) => {
        if (key !== null) onChange(String(key));
      }}
    >
      <Label className="field-label">{label}</Label>
      <AriaButton className="input select-button">
        <SelectValue />
        <Icon name="chevron" size="small" />
      </AriaButton>
      <Popover className="popover">
        <OptionList options={options} />
      </Popover>
    </AriaSelect>
  );
}

/** What opens: its name and what is chosen come from what it hangs on. */
export function OptionList({
  options,
  ...rest
}: { options: Option[] } & Omit<ListBoxProps<Option>, "items">) {
  return (
    <ListBox {...rest} className="palette-list" items={options}>
      {(option) => (
        <ListBoxItem className="palette-item" id={option.id} textValue={option.typed ?? option.words}>
          {({ isSelected }) => (
            <>
              {option.icon && <Icon name={option.icon} />}
              <span>{option.words}</span>
              {isSelected && (
                <span className="option-chosen">
                  <Icon name="check" size="small" />
                </span>
              )}
            </>
          )}
        </ListBoxItem>
      )}
    </ListBox>
  );
}

const every = "all";

export function KindSelect({
  value,
  onChange,
  among = categories,
}: {
  value: Category | undefined;
  onChange: (category: Category | undefined) => void;
  among?: readonly Category[];
}) {
  const options: Option[] = [
    { id: every, words: t("room.allKinds") },
    ...among.map((each) => ({ id: each, words: categoryName(each), icon: categoryIcon(each) })),
  ];
  return (
    <Select
      label={t("room.kind")}
      options={options}
      value={value ?? every}
      onChange={(id) => {
        onChange(among.find((each) => each === id));
      }}
    />
  );
}

/** A category of the address, if it is one. */
export const categoryFrom = (text: string | null): Category | undefined =>
  categories.find((each) => each === text);

const calmly = 250;

/** Words to look for; told on a short while after the last key. */
export function WordsField({
  label,
  value,
  onChange,
  hint,
}: {
  label: string;
  value: string;
  onChange: (words: string) => void;
  hint?: string;
}) {
  const [typed, setTyped] = useState(value);
  const told = useRef(value);
  useEffect(() => {
    // The address changed by itself, for example by going back.
    if (value !== told.current) {
      told.current = value;
      setTyped(value);
    }
  }, [value]);
  useEffect(() => {
    if (typed === told.current) return undefined;
    const timer = setTimeout(() => {
      told.current = typed;
      onChange(typed);
    }, calmly);
    return () => {
      clearTimeout(timer);
    };
  }, [typed, onChange]);
  return (
    <TextField label={label} type="search" value={typed} onChange={setTyped} {...(hint ? { hint } : {})} />
  );
}
