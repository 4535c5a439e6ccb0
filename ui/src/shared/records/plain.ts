/** Records as plain text for the clipboard: what is on the screen, in lines, with dates and sources. */
import type {
  AnalyteView,
  ChartItem,
  ComparisonRow,
  ComparisonView,
  MedicinePlan,
  RecordView,
  RoomSummary,
  SearchHit,
  SummaryList,
  TrendView,
} from "../../backend/types";
import { t } from "../../locales/i18n";
import { commas, fullDate, recordDate } from "../format/dates";
import { componentText, dateText, itemValue, originText } from "./Entry";
import { factLabel } from "./labels";
import { detailLines, instructionLines } from "./details";
import { noteWords, partTitle, rowName, trendName } from "./own";
import {
  differenceText,
  flagWords,
  itemTitle,
  marksBeside,
  markerWords,
  referenceText,
  valueText,
} from "./words";

const today = (): string => fullDate(Date.now() / 1000);

function head(title: string): string[] {
  return [title, t("plain.asOf", { date: today() })];
}

const bullet = (line: string): string => `- ${line}`;

/** One item in one line: what, value, flags, range, marks, details, date. */
export function itemLine(item: ChartItem): string {
  const [range] = item.ranges;
  const value = itemValue(item);
  const title = itemTitle(item);
  const words = [
    value ? t("plain.item", { title, value }) : title,
    ...item.flags.map((flag) => flagWords(flag).words),
    ...(range ? [t("range.labsRange", { range: referenceText(range) })] : []),
    ...marksBeside(item).map(markerWords),
    ...detailLines(item),
  ];
  return t("plain.dated", { line: commas(words), date: dateText(item) });
}

export function summaryText(
  summary: RoomSummary,
  { person, reader }: { person: string; reader: "owner" | "reader" },
): string {
  const part = (heading: string, list: SummaryList): string[] => [
    "",
    heading,
    ...(list.items.length > 0
      ? list.items.map((item) => bullet(itemLine(item)))
      : [
          bullet(
            t(
              list.state === "notShared"
                ? reader === "reader"
                  ? "state.notSharedWithYou"
                  : "state.notShared"
                : "state.noneRecorded",
            ),
          ),
        ]),
    ...(list.total > list.items.length
      ? [bullet(t("sheet.more", { n: list.total - list.items.length }))]
      : []),
  ];
  return [
    ...head(t("plain.title", { who: summary.identity?.name ?? person })),
    ...part(t("summary.allergies"), summary.allergies),
    ...part(t("summary.problems"), summary.problems),
    ...part(t("summary.medicines"), summary.medicines),
    ...part(t("summary.immunizations"), summary.immunizations),
    ...part(t("summary.results"), summary.results),
    ...part(t("summary.vitals"), summary.vitals),
  ].join("\n");
}

export function analytesText(analytes: AnalyteView[], person: string, flagged = false): string {
  return [
    t("results.caption", { who: person, date: today() }),
    ...(flagged ? [t("results.leadFlagged")] : []),
    "",
    ...analytes.map(({ latest }) => bullet(itemLine(latest))),
  ].join("\n");
}

export function trendText(trend: TrendView, person: string): string {
  return [
    t("trend.heading", { name: trendName(trend) }),
    t("results.caption", { who: person, date: today() }),
    "",
    ...[...new Set(trend.points.map((point) => point.item))].reverse().map((item) => bullet(itemLine(item))),
  ].join("\n");
}

/** Two days, test by test: both values with their own days, and the difference. */
export function comparisonText(comparison: ComparisonView, person: string): string {
  const [earlier, later] = [recordDate(comparison.earlier), recordDate(comparison.later)];
  return [
    t("comparison.caption", { earlier, later }),
    t("results.caption", { who: person, date: today() }),
    "",
    ...comparison.rows.map((row) =>
      bullet(t("plain.item", { title: rowName(row), value: comparedText(row) })),
    ),
  ].join("\n");
}

function comparedText(row: ComparisonRow): string {
  const value = (item: ChartItem | null): string =>
    item
      ? t("plain.dated", {
          line: commas([
            itemValue(item),
            ...item.flags.map((flag) => flagWords(flag).words),
            ...item.markers.map(markerWords),
          ]),
          date: dateText(item),
        })
      : t("comparison.noValue");
  const difference = t("plain.item", { title: t("comparison.difference"), value: differenceText(row) });
  return [
    value(row.earlier),
    value(row.later),
    ...(row.earlier && row.later ? [difference] : []),
    ...(row.converted ? [t("comparison.converted")] : []),
  ].join("; ");
}

/** Entries of a list, newest first, and how many more there are than these. */
export function entriesText(items: ChartItem[], total: number, person: string): string {
  return [
    t("sheet.pageHead", { who: person, date: today() }),
    "",
    ...items.map((item) => bullet(itemLine(item))),
    ...(total > items.length ? [bullet(t("sheet.more", { n: total - items.length }))] : []),
  ].join("\n");
}

/** What was found with the place it was found in. */
export function hitsText(hits: SearchHit[], words: string, total: number, person: string): string {
  return [
    t("plain.found", { words, n: total }),
    t("results.caption", { who: person, date: today() }),
    "",
    ...hits.flatMap(({ item, snippet }) => [
      bullet(itemLine(item)),
      ...(snippet.length > 0 ? [`  ${snippet.map((part) => part.text).join("")}`] : []),
    ]),
    ...(total > hits.length ? [bullet(t("sheet.more", { n: total - hits.length }))] : []),
  ].join("\n");
}

export function medicinesText(plan: MedicinePlan, person: string): string {
  const groups = ["current", "paused", "unknown", "stopped"] as const;
  return [
    ...head(t("plain.title", { who: person })),
    ...groups.flatMap((group) => {
      const medicines = plan.medicines.filter((medicine) => medicine.state === group);
      if (medicines.length === 0) return [];
      return [
        "",
        t(`medicines.${group}`),
        ...medicines.map((medicine) => bullet(commas([medicine.name, ...instructionLines(medicine)]))),
      ];
    }),
  ].join("\n");
}

export function recordText(record: RecordView, person: string): string {
  const { item } = record;
  const parts = item.components.map((part) =>
    bullet(t("plain.item", { title: partTitle(part, item), value: componentText(part) })),
  );
  const facts = record.facts
    .filter((fact) => !fact.technical)
    .map((fact) => bullet(t("plain.item", { title: factLabel(fact.label), value: valueText(fact.value) })));
  const notes = record.notes.map((note) =>
    bullet(
      commas(
        [noteWords(note), note.author, note.time && recordDate(note.time)].filter((each) =>
          Boolean(each),
        ) as string[],
      ),
    ),
  );
  return [
    t("sheet.recordFooter", { title: itemTitle(item), who: person, date: today() }),
    "",
    itemLine(item),
    ...parts,
    originText(item),
    "",
    ...facts,
    ...(notes.length > 0 ? ["", t("record.notes"), ...notes] : []),
  ].join("\n");
}
