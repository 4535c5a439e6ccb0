/** The piece of another document from which a record was made, as the record itself carries it. */
export interface Excerpt {
  /** Title of the section it stood in. */
  section: string | undefined;
  /** The XML of the entry, indented. */
  xml: string | undefined;
}

const excerptUrl = "urn:keyward:source-excerpt";
const sectionUrl = "urn:keyward:source-section";

/** Reads it out of the record's source; nothing where there is none, or where the source cannot be read. */
export function excerptOf(source: string): Excerpt | undefined {
  if (!source.includes("urn:keyward:source-")) return undefined;
  const found: Excerpt = {
    section: extension(source, sectionUrl),
    xml: undefined,
  };
  const xml = extension(source, excerptUrl);
  if (xml !== undefined) found.xml = indentXml(xml);
  return found.section === undefined && found.xml === undefined ? undefined : found;
}

function extension(source: string, url: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch {
    return undefined;
  }
  const all = (parsed as { extension?: unknown }).extension;
  if (!Array.isArray(all)) return undefined;
  const found = (all as { url?: unknown; valueString?: unknown }[]).find((each) => each.url === url);
  return typeof found?.valueString === "string" ? found.valueString : undefined;
}

/** Longer texts are shown as they are: nobody reads them line by line. */
const longest = 200_000;

/** Line breaks and two blanks for each level; nothing is parsed, nothing resolved, nothing left out. */
export function indentXml(xml: string): string {
  if (xml.length > longest) return xml;
  const pieces = xml.match(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<[^>]*>|[^<]+|</g) ?? [];
  const lines: string[] = [];
  let depth = 0;
  for (const [index, piece] of pieces.entries()) {
    const text = piece.trim();
    if (text === "") continue;
    const closes = text.startsWith("</");
    if (closes) depth = Math.max(0, depth - 1);
    const last = lines.length - 1;
    const before = pieces[index - 1] ?? "";
    // A short text stays on the line of its element.
    if (closes && !before.trimStart().startsWith("<") && before.trim() !== "" && lines[last])
      lines[last] += text;
    else if (!text.startsWith("<") && lines[last] !== undefined && opens(before)) lines[last] += text;
    else lines.push(`${"  ".repeat(depth)}${text}`);
    if (opens(text)) depth += 1;
  }
  return lines.join("\n");
}

const opens = (piece: string): boolean =>
  piece.startsWith("<") && !/^<[/!?]/.test(piece) && !piece.endsWith("/>");
