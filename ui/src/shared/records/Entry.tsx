import { memo } from "react";
import type { Category, ChartItem, ComponentView } from "../../backend/types";
import { href } from "../../app/router";
import { t } from "../../locales/i18n";
import { Whole, pathPieces } from "../components/Whole";
import { commas, fullDate, fullDatePieces, recordDatePieces, recordDates } from "../format/dates";
import { Icon } from "../icons";
import { detailLines } from "./details";
import { Marks } from "./Marks";
import { NumberLine } from "./NumberLine";
import { ownValueOf, partTitle } from "./own";
import {
  absentWords,
  categoryIcon,
  categoryName,
  isDoubted,
  itemTitle,
  marksBeside,
  referenceText,
  sensitivityOf,
  valueText,
} from "./words";

interface EntryProps {
  item: ChartItem;
  /** Address of its record. */
  to?: string | undefined;
  /** Says which kind it is, where kinds are mixed. */
  kind?: boolean;
  /** Draws the laboratory's range as a line under the value. */
  line?: boolean;
}

/** One entry of a record in a list: the same for the patient, her preview and the doctor. */
export const Entry = memo(function Entry({ item, to, kind, line }: EntryProps) {
  const title = itemTitle(item);
  const [range] = item.ranges;
  return (
    <div className={isDoubted(item) ? "entry doubted" : "entry"}>
      <div className="entry-main">
        {kind && <Kind category={item.category} />}
        <span className="entry-title">{to === undefined ? title : <a href={href(to)}>{title}</a>}</span>
        <Marks markers={marksBeside(item)} flags={item.flags} sensitive={sensitivityOf(item)} />
        {item.details.length > 0 && <span className="entry-details">{detailLines(item).join(" · ")}</span>}
        {item.components.map((component) => (
          <span key={component.code.display} className="figures entry-part">
            {partTitle(component, item)} <PartValue part={component} />{" "}
            <Marks markers={[]} flags={component.flags} />
          </span>
        ))}
      </div>
      <div className="entry-side">
        {(item.value ?? item.absent) && <span className="entry-value">{itemValue(item)}</span>}
        {line && <NumberLine value={item.value} range={range} size="small" />}
        {range && (
          <span className="small figures">
            <Whole
              text={t("range.labsRange", { range: referenceText(range) })}
              pieces={[referenceText(range)]}
            />
          </span>
        )}
        <span className="small">
          <ItemDate item={item} />
        </span>
      </div>
      <span className="entry-origin">
        <Origin item={item} />
      </span>
    </div>
  );
});

export function Kind({ category }: { category: Category }) {
  return (
    <span className="entry-kind">
      <Icon name={categoryIcon(category)} size="small" />
      {categoryName(category)}
    </span>
  );
}

export const componentText = (component: ComponentView): string =>
  component.value
    ? valueText(component.value)
    : component.absent
      ? absentWords(component.absent)
      : t("value.none");

/** The value of an item in one line: its number, its words, its parts, or why there is none. */
export function itemValue(item: ChartItem): string {
  if (item.value) return valueText(ownValueOf(item.value, item));
  if (item.absent) return absentWords(item.absent);
  return commas(item.components.map((part) => `${partTitle(part, item)} ${componentText(part)}`));
}

export const dateText = (item: ChartItem): string => (item.date ? recordDates(item.date) : t("date.none"));

/** The value of a part, on one line with its unit. */
export function PartValue({ part }: { part: ComponentView }) {
  const words = componentText(part);
  return (
    <span className="strong">
      <Whole text={words} pieces={[words]} />
    </span>
  );
}

/** `dateText`, broken only between its parts. */
export function ItemDate({ item }: { item: ChartItem }) {
  return <Whole text={dateText(item)} pieces={item.date ? recordDatePieces(item.date) : []} />;
}

/** `originText`, broken only between folders, names and the parts of the date. */
export function Origin({ item }: { item: ChartItem }) {
  const { source, received } = item;
  const places = source ? pathPieces(source) : [];
  const dates = received === null ? [] : fullDatePieces(received);
  return <Whole text={originText(item)} pieces={[...places, ...dates]} />;
}

/** Who made it, what it came in and when it arrived; what is not known is left out. */
export function originText(item: ChartItem): string {
  const origin =
    item.received === null
      ? item.source && t("room.fromSource", { source: item.source })
      : item.source
        ? t("room.fromSourceReceived", { source: item.source, date: fullDate(item.received) })
        : t("record.receivedOnDate", { date: fullDate(item.received) });
  return item.performer ? t("room.madeBy", { who: item.performer, origin }) : origin;
}
