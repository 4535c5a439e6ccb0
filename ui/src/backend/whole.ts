/**
 * Pages of items come without what is empty in them (`keyward-app`, `reading/lean.rs`, `reading/stored.rs`): members
 * that are `null`, empty lists, counts that are zero, and the words of its code if they are its title. Here all that is
 * put in again, so that nobody else has to know.
 */
import type {
  ChartItem,
  CodeView,
  ComponentView,
  DateView,
  Detail,
  DosePart,
  DoseView,
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

/** `T` without its lists if they are empty. */
type Lean<T, Lists extends keyof T> = Omit<T, Lists> & Partial<Pick<T, Lists>>;
type LeanRange = Lean<ReferenceRangeView, "appliesTo">;
type LeanComponent = Lean<ComponentView, "ranges" | "flags">;
type LeanCode = Lean<CodeView, "display">;
type Days = Extract<DosePart, { kind: "days" }>;
type LeanDosePart = Exclude<DosePart, Days> | Lean<Days, "days">;
type LeanDetail = Exclude<Detail, DoseView> | { dose?: LeanDosePart[] };

/** `there` with a part of it that may be missing, made whole. */
const part = <There, Whole>(there: There | null | undefined, whole: (there: There) => Whole): Whole | null =>
  there === null || there === undefined ? null : whole(there);

const code = (there: CodeView): CodeView => ({ ...NO_CODE, ...there });
const titleCode = (there: LeanCode, title: string): CodeView =>
  code({ ...there, display: there.display ?? title });
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

const range = (there: LeanRange): ReferenceRangeView => ({
  ...NO_RANGE,
  ...there,
  low: part(there.low, quantity),
  high: part(there.high, quantity),
  rangeType: part(there.rangeType, code),
  appliesTo: there.appliesTo ?? [],
});

const component = (there: LeanComponent): ComponentView => ({
  ...NO_COMPONENT,
  ...there,
  code: code(there.code),
  value: part(there.value, value),
  ranges: (there.ranges ?? []).map(range),
  flags: there.flags ?? [],
});

function dosePart(there: LeanDosePart): DosePart {
  const whole = { ...NO_PART[there.kind], ...there };
  return whole.kind === "days" ? { ...whole, days: whole.days ?? [] } : (whole as DosePart);
}

const detail = (there: LeanDetail): Detail =>
  typeof there === "object" && !("term" in there)
    ? { ...there, dose: (there.dose ?? []).map(dosePart) }
    : there;

type Left =
  "sensitivity" | "code" | "markers" | "components" | "ranges" | "flags" | "details" | "attachments";

/** An item as it comes. */
export type LeanItem = Omit<ChartItem, Left> &
  Partial<Pick<ChartItem, "sensitivity" | "markers" | "flags" | "attachments">> & {
    code?: LeanCode | null;
    components?: LeanComponent[];
    ranges?: LeanRange[];
    details?: LeanDetail[];
  };

/** An item with everything in it. */
export const wholeItem = (there: LeanItem): ChartItem => ({
  ...NO_ITEM,
  ...there,
  sensitivity: there.sensitivity ?? [],
  code: part(there.code, (its) => titleCode(its, there.title)),
  date: part(there.date, (date) => ({ ...NO_DATE, ...date })),
  markers: there.markers ?? [],
  value: part(there.value, value),
  components: (there.components ?? []).map(component),
  ranges: (there.ranges ?? []).map(range),
  flags: there.flags ?? [],
  details: (there.details ?? []).map(detail),
  attachments: there.attachments ?? 0,
});

/** A page with everything in its items. */
export const wholePage = (page: Omit<ItemPage, "items"> & { items: LeanItem[] }): ItemPage => ({
  ...page,
  items: page.items.map(wholeItem),
});
