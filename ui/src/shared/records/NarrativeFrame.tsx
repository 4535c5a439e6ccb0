import DOMPurify from "dompurify";
import type { NarrativeView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { type TextSize, useIsDark, useTextSize } from "../theme";
import { languageTag } from "./language";

/** Inert elements only; the core has sanitised already, this is the last in the chain. */
const allowed = {
  ALLOWED_TAGS: [
    "div",
    "p",
    "br",
    "b",
    "i",
    "em",
    "strong",
    "u",
    "small",
    "sub",
    "sup",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "caption",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "code",
    "span",
    "hr",
  ],
  ALLOWED_ATTR: ["colspan", "rowspan", "lang", "dir"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
};

export const harmless = (html: string): string => DOMPurify.sanitize(html, allowed);

/** How the frame looks, and what its words are. */
interface Look {
  /** The language the record says it is in; it is not always the reader's. */
  lang: string | undefined;
  dark: boolean;
  text: TextSize;
}

/** A whole document that may load nothing but the app's own style sheet for it. */
export function narrativeDocument(html: string, origin: string, { lang, dark, text }: Look): string {
  const policy = `default-src 'none'; style-src ${origin}`;
  const theme = dark ? "dark" : "light";
  // Where the record does not say, the language is undetermined (BCP 47): it is not the reader's, and not none.
  const tag = languageTag(lang) ?? "und";
  return [
    `<!doctype html><html lang="${tag}" data-theme="${theme}" data-text="${text}"><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<meta name="color-scheme" content="${theme}">`,
    `<link rel="stylesheet" href="${origin}/narrative.css">`,
    `</head><body>${harmless(html)}</body></html>`,
  ].join("");
}

/** A whole document, not a line or two: the frame cannot know its height, so it gets that of the window. */
const long = 3_000;

/** Text that came with a record, in a frame without script, network, forms, or a way to the app. */
export function NarrativeFrame({ narrative, lang }: { narrative: NarrativeView; lang?: string | undefined }) {
  const look = { lang, dark: useIsDark(), text: useTextSize() };
  return (
    <iframe
      className={narrative.html.length > long ? "narrative narrative-tall" : "narrative"}
      title={t("record.narrativeFrame")}
      sandbox=""
      referrerPolicy="no-referrer"
      srcDoc={narrativeDocument(narrative.html, window.location.origin, look)}
    />
  );
}
