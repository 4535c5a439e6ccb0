import { useEffect, useState } from "react";
import { documents } from "../../backend";
import type { DocumentView, PageWords } from "../../backend/types";
import { t } from "../../locales/i18n";
import { failureWords } from "../failures";
import { Skeleton } from "../components/Waiting";
import { useNear } from "./pictures";
import type { DocumentAt } from "./types";

/** The words of every page: for who cannot see pictures, and for copying. */
export function PageTexts({ from, document }: { from: DocumentAt; document: DocumentView }) {
  return (
    <div className="doc-texts">
      {document.pages.map((_, page) => (
        <PageText key={page} from={from} page={page} total={document.total} />
      ))}
    </div>
  );
}

function PageText({ from, page, total }: { from: DocumentAt; page: number; total: number }) {
  const [box, setBox] = useState<HTMLElement | null>(null);
  // A letter is read as a whole; of a book, what is come to.
  const near = useNear(box, page < 20);
  const [words, setWords] = useState<PageWords>();
  const [error, setError] = useState<unknown>();
  const asked = near || words !== undefined;
  useEffect(() => {
    if (!asked) return undefined;
    let over = false;
    documents.text({ scope: from.scope, recordId: from.recordId, index: from.index, page }).then(
      (known) => {
        if (!over) setWords(known);
      },
      (failed: unknown) => {
        if (!over) setError(failed);
      },
    );
    return () => {
      over = true;
    };
  }, [asked, from, page]);
  return (
    <section ref={setBox} className="doc-text" data-page={page}>
      <h2>{t("doc.pageOf", { page: page + 1, total })}</h2>
      {error !== undefined ? (
        <p className="soft">{failureWords(error).mend}</p>
      ) : words === undefined ? (
        <Skeleton lines={8} />
      ) : words.lines.length === 0 ? (
        <p className="soft">{t("doc.noText")}</p>
      ) : (
        <>
          <p className="doc-lines">{words.lines.join("\n")}</p>
          {words.cut && <p className="soft">{t("doc.textCut")}</p>}
        </>
      )}
    </section>
  );
}
