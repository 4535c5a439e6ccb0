/** DEVELOPMENT ONLY: what invented records are made of. All people and values are made up. */
import { day, now } from "./clock";
import type * as T from "../types";

const received = now - 3 * day;

export const date = (
  value: string,
  precision: T.DatePrecision = "day",
  role: T.DateRole = "onset",
): T.DateView => ({ value, precision, role, end: null, endPrecision: null });

export const amount = (value: string, unit: string): T.QuantityView => ({
  value,
  comparator: null,
  unit,
  code: null,
});

export const quantity = (value: string, unit: string): T.ValueView => ({
  kind: "quantity",
  quantity: amount(value, unit),
});

export const range = (low: string | null, high: string | null, unit: string): T.ReferenceRangeView => ({
  low: low === null ? null : amount(low, unit),
  high: high === null ? null : amount(high, unit),
  text: null,
  rangeType: null,
  appliesTo: [],
});

export const high: T.FlagView[] = [{ kind: "high", written: "H" }];

export const item = (
  id: string,
  category: T.Category,
  title: string,
  change: Partial<T.ChartItem> = {},
): T.ChartItem => ({
  id,
  category,
  sensitivity: [],
  resourceType: "Observation",
  title,
  code: { display: title, system: null, code: null },
  date: date("2018-08-06", "day", "effective"),
  status: "final",
  markers: [],
  value: null,
  absent: null,
  components: [],
  ranges: [],
  flags: [],
  details: [],
  performer: null,
  attachments: 0,
  source: "records-2026/bundle-1.json",
  received,
  ...change,
});

/** Work as it stands in the middle. */
export const atWork = (
  id: string,
  kind: T.JobKind,
  stage: T.JobStage,
  change: Partial<T.JobView> = {},
): T.JobView => ({
  id,
  kind,
  state: "running",
  stage,
  done: 20,
  total: 57,
  bytesDone: 0,
  bytesTotal: 0,
  secondsLeft: 42,
  question: null,
  error: null,
  result: null,
  ...change,
});
