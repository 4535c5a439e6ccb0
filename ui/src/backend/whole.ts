/**
 * Pages of items come without what is empty in them (`keyward-app`, `reading/lean.rs`): members that are `null`, and
 * empty lists of an item itself. Here it is put in again, so that nobody else has to know.
 */
import type {
  ChartItem,
  CodeView,
  ComponentView,
  DateView,
  Detail,
  DosePart,
  ItemPage,
  QuantityView,
  ReferenceRangeView,
  ValueView,
} from "./types";

/** The members of `T` that may be `null`: each has to be named, so that a new one is not forgotten. */
type Nulls<T> = { [Key in keyof T as null extends T[Key] ? Key : never]-?: null };

const NO_ITEM: Nulls<ChartItem> = {
  code: null,
  date: null,
  status: null,
  value: null,
  absent: null,
  performer: null,
  received: null,
};
const NO_CODE: Nulls<CodeView> = { system: null, code: null };
const NO_DATE: Nulls<DateView> = { end: null, endPrecision: null };
const NO_QUANTITY: Nulls<QuantityView> = {
  value: null,
  comparator: null,
  unit: null,
  code: null,
  system: null,
};
const NO_RANGE: Nulls<ReferenceRangeView> = { low: null, high: null, text: null, rangeType: null };
const NO_COMPONENT: Nulls<ComponentView> = { value: null, absent: null };

type Kind = ValueView["kind"];
type PartKind = DosePart["kind"];
const NO_VALUE: { [K in Kind]: Nulls<Extract<ValueView, { kind: K }>> } = {
  quantity: {},
  concept: {},
  text: {},
  boolean: {},
  number: {},
  range: { low: null, high: null },
  ratio: { numerator: null, denominator: null },
  sampled: { origin: null, period: null, factor: null, dimensions: null, data: null },
  date: {},
  period: { start: null, end: null },
  reference: { display: null, reference: null, resourceType: null },
  identifier: { system: null, value: null },
  link: {},
  absent: {},
};
const NO_PART: { [K in PartKind]: Nulls<Extract<DosePart, { kind: K }>> } = {
  words: {},
  every: { timesTo: null, periodTo: null },
  days: {},
  when: {},
  asNeeded: { what: null },
};

/** `there` with a part of it that may be missing, made whole. */
const part = <T>(there: T | null | undefined, whole: (there: T) => T): T | null =>
  there === null || there === undefined ? null : whole(there);

const code = (there: CodeView): CodeView => ({ ...NO_CODE, ...there });
const quantity = (there: QuantityView): QuantityView => ({ ...NO_QUANTITY, ...there });

function value(there: ValueView): ValueView {
  const whole = { ...NO_VALUE[there.kind], ...there };
  switch (whole.kind) {
    case "quantity":
      return { ...whole, quantity: quantity(whole.quantity) };
    case "concept":
      return { ...whole, code: code(whole.code) };
    case "range":
      return { ...whole, low: part(whole.low, quantity), high: part(whole.high, quantity) };
    case "ratio":
      return {
        ...whole,
        numerator: part(whole.numerator, quantity),
        denominator: part(whole.denominator, quantity),
      };
    case "sampled":
      return { ...whole, origin: part(whole.origin, quantity) };
    default:
      return whole;
  }
}

const range = (there: ReferenceRangeView): ReferenceRangeView => ({
  ...NO_RANGE,
  ...there,
  low: part(there.low, quantity),
  high: part(there.high, quantity),
  rangeType: part(there.rangeType, code),
});

const component = (there: ComponentView): ComponentView => ({
  ...NO_COMPONENT,
  ...there,
  code: code(there.code),
  value: part(there.value, value),
  ranges: there.ranges.map(range),
});

const detail = (there: Detail): Detail =>
  typeof there === "object" && "dose" in there
    ? { ...there, dose: there.dose.map((part) => ({ ...NO_PART[part.kind], ...part })) }
    : there;

type Lists = "sensitivity" | "markers" | "components" | "ranges" | "flags" | "details";

/** An item as it comes. */
export type LeanItem = Omit<ChartItem, Lists> & Partial<Pick<ChartItem, Lists>>;

/** An item with everything in it. */
export const wholeItem = (there: LeanItem): ChartItem => ({
  ...NO_ITEM,
  ...there,
  sensitivity: there.sensitivity ?? [],
  code: part(there.code, code),
  date: part(there.date, (date) => ({ ...NO_DATE, ...date })),
  markers: there.markers ?? [],
  value: part(there.value, value),
  components: (there.components ?? []).map(component),
  ranges: (there.ranges ?? []).map(range),
  flags: there.flags ?? [],
  details: (there.details ?? []).map(detail),
});

/** A page with everything in its items. */
export const wholePage = (page: Omit<ItemPage, "items"> & { items: LeanItem[] }): ItemPage => ({
  ...page,
  items: page.items.map(wholeItem),
});
