import { useState } from "react";
import type { Category, ChartItem, ChartView, SectionView, VisibilityView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../components/Button";
import { VisibilityLine } from "../components/VisibilityLine";
import { Icon } from "../icons";
import { Item } from "./Item";
import { categoryName, itemTitle } from "./words";

interface ChartProps {
  chart: ChartView;
  /** Address of a record's page; without it the lines are not links (preview). */
  linkTo?: (id: string) => string;
  /** Words that must occur in a line for it to be shown. */
  filter?: string;
  /** Only this section. */
  only?: Category | undefined;
  visibility?: (category: Category) => VisibilityView | undefined;
  /** `owner` reads "Nothing recorded", `reader` also knows "Not shared with you". */
  reader: "owner" | "reader";
}

/** The chart by category. "Not shared with you" is never mistaken for "none recorded". */
export function ChartSections({ chart, linkTo, filter = "", only, visibility, reader }: ChartProps) {
  const sections = chart.sections.filter(
    (section) =>
      (only === undefined || section.category === only) &&
      (filter === "" || section.items.some((item) => fits(item, filter))),
  );
  if (sections.length === 0) return <p className="soft">{t("chart.nothingFits")}</p>;
  return (
    <div>
      {sections.map((section) => (
        <ChartSection
          key={section.category}
          section={section}
          filter={filter}
          linkTo={linkTo}
          reader={reader}
          visibility={visibility?.(section.category)}
        />
      ))}
    </div>
  );
}

const firstFew = 6;

function ChartSection({
  section,
  filter,
  linkTo,
  reader,
  visibility,
}: {
  section: SectionView;
  filter: string;
  linkTo?: ((id: string) => string) | undefined;
  reader: "owner" | "reader";
  visibility?: VisibilityView | undefined;
}) {
  const [all, setAll] = useState(false);
  const items = filter ? section.items.filter((item) => fits(item, filter)) : section.items;
  const shown = all || items.length <= firstFew + 1 ? items : items.slice(0, firstFew);
  const name = categoryName(section.category);
  return (
    <section className="chart-section" aria-label={name}>
      <div className="chart-section-head">
        <h2>
          <Icon name={section.category} />
          {name}
        </h2>
        {section.state === "shared" && (
          <span className="soft small">{t("chart.count", { n: section.items.length })}</span>
        )}
      </div>
      {visibility && section.state === "shared" && <VisibilityLine visibility={visibility} />}
      {section.state === "notShared" && (
        <p className="none-line">
          <Icon name="eyeClosed" />
          {t(reader === "reader" ? "chart.notSharedWithYou" : "chart.notShared")}
        </p>
      )}
      {section.state === "noneRecorded" && (
        <p className="none-line">
          <Icon name="check" />
          {t("chart.noneRecorded")}
        </p>
      )}
      {shown.length > 0 && (
        <ul>
          {shown.map((item) => (
            <Item key={item.id} item={item} linkTo={linkTo} />
          ))}
        </ul>
      )}
      {shown.length < items.length && (
        <div>
          <Button
            look="quiet"
            onPress={() => {
              setAll(true);
            }}
          >
            {t("chart.showAll", { n: items.length, what: name })}
          </Button>
        </div>
      )}
    </section>
  );
}

/** Whether a line has all the words asked for, in title, details or value. */
export function fits(item: ChartItem, filter: string): boolean {
  const text = [itemTitle(item), ...item.details, item.performer ?? "", item.code?.code ?? ""]
    .join(" ")
    .toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

const pageOfTimeline = 60;

/** The chart by time, newest first; what has no date stands at the end and says so. */
export function Timeline({ chart, linkTo, filter = "", only }: Omit<ChartProps, "reader" | "visibility">) {
  const [shown, setShown] = useState(pageOfTimeline);
  const items = timelineItems(chart, only).filter((item) => filter === "" || fits(item, filter));
  if (items.length === 0) return <p className="soft">{t("chart.nothingFits")}</p>;
  return (
    <div className="timeline">
      {byYear(items.slice(0, shown)).map(([year, ofYear]) => (
        <section className="timeline-year" key={year} aria-label={year || t("date.none")}>
          <h2>{year || t("date.none")}</h2>
          <ul>
            {ofYear.map((item) => (
              <Item key={item.id} item={item} linkTo={linkTo} />
            ))}
          </ul>
        </section>
      ))}
      {items.length > shown && (
        <div>
          <Button
            onPress={() => {
              setShown(shown + pageOfTimeline);
            }}
          >
            {t("chart.showEarlier")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The items of the timeline in its order. */
export function timelineItems(chart: ChartView, only?: Category): ChartItem[] {
  const sections = new Map(chart.sections.map((section) => [section.category, section]));
  return chart.timeline.flatMap((entry) => {
    const item = sections.get(entry.category)?.items[entry.index];
    return item && (only === undefined || entry.category === only) ? [item] : [];
  });
}

/** Runs of one year, in order; items without a readable year come under "". */
export function byYear(items: ChartItem[]): [string, ChartItem[]][] {
  const years = new Map<string, ChartItem[]>();
  for (const item of items) {
    const year = item.date && item.date.precision !== "text" ? item.date.value.slice(0, 4) : "";
    const ofYear = years.get(year);
    if (ofYear) ofYear.push(item);
    else years.set(year, [item]);
  }
  return [...years];
}
