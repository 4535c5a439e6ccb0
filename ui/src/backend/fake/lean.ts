import type { LeanItem } from "../whole";
import type * as T from "../types";

const isEmpty = (value: unknown) => value === null || (Array.isArray(value) && value.length === 0);

/** A value without the members that are empty. */
const withoutEmpty = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => !isEmpty(member));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutEmpty(member)]));
};

/** An item as the core sends it: without what is empty or said twice. */
export const leanItem = (item: T.ChartItem): LeanItem => {
  const { code, attachments, ...rest } = item;
  const display = code?.display === item.title ? undefined : code?.display;
  const there = { ...rest, code: code && { ...code, display }, attachments: attachments || null };
  return JSON.parse(JSON.stringify(withoutEmpty(there))) as LeanItem;
};
