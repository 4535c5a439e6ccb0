/** On paper only: what whoever reads the sheet must know of it, where the screen has a strip. */
export function PaperNote({ children }: { children: string }) {
  return <p className="print-only paper-note">{children}</p>;
}
