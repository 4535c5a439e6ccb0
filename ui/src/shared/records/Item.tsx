import type { ChartItem, ComponentView } from "../../backend/types";
import { href } from "../../app/router";
import { t } from "../../locales/i18n";
import { fullDate, recordDates } from "../format/dates";
import { Marks } from "./Marks";
import { absentWords, isDoubted, itemTitle, referenceText, valueText } from "./words";

/** One line of a chart: the same for the patient, her preview and the doctor. */
export function Item({ item, linkTo }: { item: ChartItem; linkTo?: ((id: string) => string) | undefined }) {
  const title = itemTitle(item);
  return (
    <li className={isDoubted(item) ? "chart-item doubted" : "chart-item"}>
      <div className="list-main">
        <span className="list-title">{linkTo ? <a href={href(linkTo(item.id))}>{title}</a> : title}</span>
        <Marks markers={item.markers} flags={item.flags} />
        {item.details.length > 0 && <span>{item.details.join(" · ")}</span>}
        {item.components.map((component) => (
          <span key={component.code.display} className="figures">
            {component.code.display}: <span className="strong">{componentText(component)}</span>
          </span>
        ))}
        <span className="chart-item-origin">{origin(item)}</span>
      </div>
      <div className="chart-item-side">
        {(item.value ?? item.absent) && (
          <div className="chart-item-value">
            {item.value ? valueText(item.value) : item.absent && absentWords(item.absent)}
          </div>
        )}
        {item.ranges[0] && (
          <div className="small figures">
            {t("range.labsRange", { range: referenceText(item.ranges[0]) })}
          </div>
        )}
        <div className="small">{item.date ? recordDates(item.date) : t("date.none")}</div>
      </div>
    </li>
  );
}

export const componentText = (component: ComponentView): string =>
  component.value
    ? valueText(component.value)
    : component.absent
      ? absentWords(component.absent)
      : t("value.none");

/** Who made it, what it came in and when it arrived; what is not known is left out. */
function origin(item: ChartItem): string {
  const parts = [
    item.performer,
    item.source && t("record.from", { source: item.source }),
    item.received !== null && t("record.receivedOn", { date: fullDate(item.received) }),
  ];
  const line = parts.filter(Boolean).join(" · ");
  return line.charAt(0).toUpperCase() + line.slice(1);
}
