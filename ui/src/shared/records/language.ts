/** A tag of a language as a page may carry it. What a record says instead of one is not repeated. */
export const languageTag = (written: unknown): string | undefined =>
  typeof written === "string" && /^[a-z]{2,3}(?:-[a-z0-9]{1,8})*$/i.test(written) ? written : undefined;

/** The language a record says its words are in. */
export function recordLanguage(source: string): string | undefined {
  if (!source.includes('"language"')) return undefined;
  try {
    const parsed: unknown = JSON.parse(source);
    return languageTag((parsed as { language?: unknown } | null)?.language);
  } catch {
    return undefined;
  }
}
