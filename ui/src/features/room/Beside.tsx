import { useMemo, useRef, useState } from "react";
import {
  Button as AriaButton,
  Dialog,
  DialogTrigger,
  ListBox,
  ListBoxItem,
  Popover,
} from "react-aria-components";
import type { ChartItem, ItemQuery } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { Skeleton } from "../../shared/components/Waiting";
import type { DocumentAt } from "../../shared/documents/types";
import { Icon } from "../../shared/icons";
import { dateText } from "../../shared/records/Entry";
import { itemTitle } from "../../shared/records/words";
import { WordsField } from "./Filters";
import { noQuery, useItemPages } from "./queries";

/** A document that may stand beside another. */
export interface Besides {
  at: DocumentAt;
  name: string;
}

interface BesideProps {
  own: DocumentAt;
  /** The record of the open document, once it is known. */
  record: ChartItem | undefined;
  value: Besides | undefined;
  onChange: (value: Besides | undefined) => void;
}

/** Which other document stands beside this one: any of the chart, found by its words or by going on. */
export function Beside({ own, record, value, onChange }: BesideProps) {
  const [open, setOpen] = useState(false);
  const choose = useRef<HTMLButtonElement>(null);
  return (
    <div className="doc-choose">
      <DialogTrigger isOpen={open} onOpenChange={setOpen}>
        <AriaButton
          ref={choose}
          className="input select-button"
          {...(value ? { "aria-label": label(value) } : {})}
        >
          <span>{value?.name ?? t("doc.besideChoose")}</span>
          <Icon name="chevron" size="small" />
        </AriaButton>
        <Popover className="popover beside-list">
          <Dialog aria-label={t("doc.beside")}>
            <BesideList
              own={own}
              record={record}
              onChoose={(chosen) => {
                onChange(chosen);
                setOpen(false);
              }}
            />
          </Dialog>
        </Popover>
      </DialogTrigger>
      {value && (
        <Button
          look="quiet"
          onPress={() => {
            // This button goes with what it takes away.
            choose.current?.focus();
            onChange(undefined);
          }}
        >
          {t("doc.besideNothing")}
        </Button>
      )}
    </div>
  );
}

const label = (value: Besides): string => t("plain.item", { title: t("doc.beside"), value: value.name });

/** The documents of the chart to choose from, found by their words. */
export function BesideList({
  own,
  record,
  onChoose,
}: Pick<BesideProps, "own" | "record"> & { onChoose: (chosen: Besides) => void }) {
  const [words, setWords] = useState("");
  const query: ItemQuery = useMemo(
    () => ({ ...noQuery, categories: ["documents"], text: words.trim() || null }),
    [words],
  );
  const pages = useItemPages(query);
  const found = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const lines = [
    ...(words.trim() === "" ? ownLines(own, record) : []),
    ...found.filter((item) => item.id !== own.recordId).flatMap((item) => linesOf(item, own)),
  ];
  return (
    <div className="stack stack-tight">
      <WordsField label={t("room.words")} value={words} onChange={setWords} />
      {pages.isError && pages.data === undefined && <Failure error={pages.error} />}
      {pages.isPending && <Skeleton lines={4} />}
      <ListBox
        className="palette-list"
        aria-label={t("doc.besideDocuments")}
        items={lines}
        renderEmptyState={() => <p className="palette-group">{t("room.nothingFits")}</p>}
        onAction={(key) => {
          const line = lines.find((each) => each.id === key);
          if (line) onChoose(line);
        }}
      >
        {(line) => (
          <ListBoxItem className="palette-item" id={line.id} textValue={line.name}>
            <span>
              {line.name}
              {line.date !== "" && <span className="soft small result-part">{line.date}</span>}
            </span>
          </ListBoxItem>
        )}
      </ListBox>
      {pages.hasNextPage && (
        <Button isPending={pages.isFetchingNextPage} onPress={() => void pages.fetchNextPage()}>
          {t("room.more")}
        </Button>
      )}
    </div>
  );
}

interface Line extends Besides {
  id: string;
  date: string;
}

/** Every document of a record, by number where it has several. */
function linesOf(item: ChartItem, own: DocumentAt): Line[] {
  return Array.from({ length: item.attachments }, (_, index) => {
    const at = { scope: own.scope, recordId: item.id, index };
    const title = itemTitle(item);
    return {
      at,
      id: `${item.id} ${String(index)}`,
      name:
        item.attachments > 1 ? t("doc.besideOf", { title, n: index + 1, total: item.attachments }) : title,
      date: dateText(item),
    };
  });
}

/** The open document once more, and the others of its record. */
function ownLines(own: DocumentAt, record: ChartItem | undefined): Line[] {
  return [
    { at: own, id: "same", name: t("doc.besideSame"), date: "" },
    ...(record ? linesOf(record, own).filter((line) => line.at.index !== own.index) : []),
  ];
}
