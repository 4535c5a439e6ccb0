import { useCallback, useEffect, useState } from "react";
import { common, documents } from "../../backend";
import type { DocumentView, GreyWindow } from "../../backend/types";
import type { DocumentAt } from "./types";

/** Pages printed at a time: each is a picture in memory. */
export const printMost = 40;
/** Pixels across a printed page: 200 a inch on A4. */
const printWidth = 1650;

/** Pictures of the pages for paper, made when asked for, gone afterwards. */
export function usePrint(from: DocumentAt, document: DocumentView, grey: GreyWindow | undefined) {
  const [pictures, setPictures] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  useEffect(
    () => () => {
      for (const picture of pictures) URL.revokeObjectURL(picture);
    },
    [pictures],
  );
  const print = useCallback(
    async (first: number) => {
      setBusy(true);
      const { scope, recordId, index } = from;
      const last = Math.min(document.pages.length, first + printMost);
      const made: string[] = [];
      try {
        for (let page = first; page < last; page += 1) {
          const asked = { scope, recordId, index, page, width: printWidth, window: grey ?? null };
          const bytes = await documents.page(asked);
          made.push(URL.createObjectURL(new Blob([bytes], { type: "image/png" })));
        }
        setPictures(made);
      } catch (error) {
        for (const picture of made) URL.revokeObjectURL(picture);
        throw error;
      } finally {
        setBusy(false);
      }
    },
    [from, document.pages.length, grey],
  );
  /** Called by the sheet of paper once all its pictures are drawn. */
  const ready = useCallback(() => {
    void common.printWindow();
  }, []);
  return { print, busy, pictures, ready };
}
