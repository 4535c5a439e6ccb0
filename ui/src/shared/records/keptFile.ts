import type { RecordView } from "../../backend/types";

/** Documents of more bytes are kept and not shown (`max_document` of the core's limits). */
const mostShown = 32 * 1024 * 1024;

/** A file that is only kept, as its record tells it. */
export interface KeptFile {
  bytes: number | null;
  /** Whether it is too large to be shown, whatever is in it. */
  large: boolean;
}

/** What a record tells that only stands for a file; nothing for any other record. */
export function keptFileOf(record: RecordView): KeptFile | undefined {
  if (!/"source"\s*:\s*"urn:keyward:kept-file"/.test(record.source)) return undefined;
  const bytes = record.attachments[0]?.bytes ?? null;
  return { bytes, large: bytes !== null && bytes > mostShown };
}
