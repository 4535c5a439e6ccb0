import type { RecordView } from "../../backend/types";

/**
 * The key under which the core keeps what this record measures (`keyward_records::view::line::key_of`): its LOINC code,
 * else its first code with a system, else its words. Nothing for what is not a measurement.
 */
export function analyteOf({ item, source }: RecordView): string | undefined {
  if (item.resourceType !== "Observation") return undefined;
  if (item.category !== "results" && item.category !== "vitals") return undefined;
  let code: unknown;
  try {
    code = (JSON.parse(source) as { code?: unknown }).code;
  } catch {
    return undefined;
  }
  const codings = (code as { coding?: unknown } | undefined)?.coding;
  const all = (Array.isArray(codings) ? codings : []) as { system?: unknown; code?: unknown }[];
  const coded = all.filter((each) => typeof each.system === "string" && typeof each.code === "string");
  const chosen = coded.find((each) => each.system === "http://loinc.org") ?? coded[0];
  if (chosen)
    return chosen.system === "http://loinc.org"
      ? `loinc|${String(chosen.code)}`
      : `${String(chosen.system)}|${String(chosen.code)}`;
  const words = (item.code?.display ?? "").toLowerCase().split(/\s+/).filter(Boolean).slice(0, 40).join(" ");
  return words === "" ? undefined : `text|${words}`;
}
