import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from "react-aria-components";
import type { Category } from "../../backend/types";
import { t } from "../../locales/i18n";
import { TextField } from "../components/Fields";
import { Icon } from "../icons";
import { categories as all, categoryName } from "./words";

interface FilterProps {
  filter: string;
  onFilter: (filter: string) => void;
  only: Category | undefined;
  onOnly: (only: Category | undefined) => void;
  categories: Category[];
}

/** Words to look for and a kind to look in; nothing leaves the page. */
export function ChartFilter({ filter, onFilter, only, onOnly, categories }: FilterProps) {
  return (
    <div className="row filter" role="search">
      <TextField label={t("records.find")} type="search" value={filter} onChange={onFilter} />
      <Select
        className="field"
        value={only ?? "all"}
        onChange={(key) => {
          onOnly(key === "all" ? undefined : (key as Category));
        }}
      >
        <Label className="field-label">{t("records.kindFilter")}</Label>
        <Button className="input select-button">
          <SelectValue />
          <Icon name="chevron" size="small" />
        </Button>
        <Popover className="popover">
          <ListBox className="palette-list">
            <ListBoxItem className="palette-item" id="all" textValue={t("records.allKinds")}>
              {t("records.allKinds")}
            </ListBoxItem>
            {categories.map((category) => (
              <ListBoxItem
                className="palette-item"
                key={category}
                id={category}
                textValue={categoryName(category)}
              >
                <Icon name={category} />
                {categoryName(category)}
              </ListBoxItem>
            ))}
          </ListBox>
        </Popover>
      </Select>
    </div>
  );
}

/** `#/records?kind=allergies` opens with that kind chosen. */
export function filterFromAddress(): Category | undefined {
  const kind = new URLSearchParams(window.location.hash.split("?")[1] ?? "").get("kind");
  return all.find((category) => category === kind);
}
