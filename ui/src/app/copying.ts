import { useEffect } from "react";
import { common } from "../backend";
import { failureWords } from "../shared/failures";
import { toast } from "../shared/components/Toast";

/**
 * What a person marks and copies or cuts herself goes the way of the buttons: the core puts it on the clipboard, so that
 * a lock takes it away again. A frame has a document of its own, of which nothing is heard here.
 */
export function useCopying(): void {
  useEffect(() => {
    const copied = (event: ClipboardEvent) => {
      const text = markedText();
      // Nothing but a picture is marked, or nothing that may be read (a passphrase): the engine knows what to do.
      if (text === "") return;
      event.preventDefault();
      if (event.type === "cut") document.execCommand("delete");
      common.textCopy({ text }).catch((refused: unknown) => {
        toast(failureWords(refused).what);
      });
    };
    for (const kind of ["copy", "cut"] as const) document.addEventListener(kind, copied, { capture: true });
    return () => {
      for (const kind of ["copy", "cut"] as const)
        document.removeEventListener(kind, copied, { capture: true });
    };
  }, []);
}

function markedText(): string {
  const field = document.activeElement;
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement))
    return window.getSelection()?.toString() ?? "";
  if (field.type === "password") return "";
  return field.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0);
}
