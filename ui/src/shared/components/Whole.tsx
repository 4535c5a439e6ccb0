import type { ReactNode } from "react";

/** Longer pieces could be wider than their column. */
const longest = 26;

/**
 * Text in which some pieces (parts of a date, a file's name) are not broken in the middle of a line, so that a narrow
 * column says "records-2026/" and "bundle-1.json" under one another. Spans and no boxes: a screen reader is told one text.
 */
export function Whole({ text, pieces }: { text: string; pieces: readonly string[] }) {
  const drawn: ReactNode[] = [];
  let from = 0;
  for (const piece of pieces) {
    const at = piece === "" || piece.length > longest ? -1 : text.indexOf(piece, from);
    if (at < 0) continue;
    const before = text.slice(from, at);
    drawn.push(before);
    // A line may begin after the marks that Chinese writes without a space; the engine does not see that by itself here.
    if (/[\u3001-\u303f\uff00-\uff65]$/u.test(before)) drawn.push(<wbr key={`before ${String(at)}`} />);
    drawn.push(
      // A name of one word may have to break all the same, where a column says so; a date never.
      <span key={at} className={/\s/u.test(piece) ? "whole" : "whole whole-word"}>
        {piece}
      </span>,
    );
    from = at + piece.length;
    // Between two pieces without a space the line may be broken all the same.
    if (/\S/u.test(text.charAt(from)) && piece.endsWith("/")) drawn.push(<wbr key={`after ${String(at)}`} />);
  }
  return (
    <>
      {drawn}
      {text.slice(from)}
    </>
  );
}

/** The pieces of a file's place, each folder with the stroke after it. */
export const pathPieces = (path: string): string[] => path.split(/(?<=\/)/u);
