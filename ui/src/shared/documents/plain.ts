/** The words of a document as plain text for the clipboard. */
import { documents } from "../../backend";
import type { DocumentView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { harmless } from "../records/NarrativeFrame";
import type { DocumentAt } from "./types";

/** A letter or a thick report; nobody pastes a book. */
const most = 200;

const titled = (document: DocumentView): string[] =>
  [document.description ?? document.title].filter((title) => title !== null);

/** Page after page, each under its number. */
export async function pagesText(from: DocumentAt, document: DocumentView): Promise<string> {
  const lines = titled(document);
  for (const page of document.pages.slice(0, most).keys()) {
    const words = await documents.text({ ...from, page });
    lines.push("", t("doc.pageOf", { page: page + 1, total: document.total }), "");
    lines.push(...(words.lines.length > 0 ? words.lines : [t("doc.noText")]));
    if (words.cut) lines.push(t("doc.textCut"));
  }
  if (document.total > most) lines.push("", t("doc.pagesLeftOut", { n: document.total - most }));
  return lines.join("\n");
}

/** The text of a document that is text or HTML. */
export function wordsText(document: DocumentView): string {
  const words = document.html === null ? (document.text ?? "") : textOf(document.html);
  return [...titled(document), "", words, ...(document.cut ? ["", t("doc.textCut")] : [])].join("\n").trim();
}

/** Elements that stand on lines of their own; cells of a row stay on one line. */
const blocks = "p, div, br, li, dt, dd, tr, caption, h1, h2, h3, h4, h5, h6, blockquote, pre, hr";

function textOf(html: string): string {
  // Parsed beside the page, where nothing runs and nothing is fetched.
  const { body } = new DOMParser().parseFromString(harmless(html), "text/html");
  for (const cell of body.querySelectorAll("td, th")) cell.append(" ");
  for (const block of body.querySelectorAll(blocks)) block.after("\n");
  return body.textContent
    .replace(/[^\S\n]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
