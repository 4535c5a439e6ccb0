import type { LeanItem } from "../whole";
import type * as T from "../types";

/** A value without the members that are `null`. */
const withoutNulls = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
};

/** An item as the core sends it: without what is empty. */
export const leanItem = (item: T.ChartItem): LeanItem => {
  const members = Object.entries(withoutNulls(item) as T.ChartItem);
  const there = members.filter(([, member]) => !(Array.isArray(member) && member.length === 0));
  return Object.fromEntries(there) as unknown as LeanItem;
};
