import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { documents } from "../../backend";
import type { DocumentView, GreyWindow } from "../../backend/types";
import { type MessageKey, t } from "../../locales/i18n";
import { announce } from "../announce";
import { Button } from "../components/Button";
import { CopyButton } from "../components/Copy";
import { Failure } from "../components/Failure";
import { Loaded } from "../components/Loaded";
import { Notice } from "../components/Notice";
import { toast } from "../components/Toast";
import { saveWords } from "../dialogWords";
import { recordDate } from "../format/dates";
import { sizeWords } from "../format/sizes";
import { languageTag } from "../records/language";
import { NarrativeFrame } from "../records/NarrativeFrame";
import { FindField, FoundPlaces } from "./Find";
import { GreyControls } from "./GreyControls";
import { PageTexts } from "./PageTexts";
import { Paper } from "./Paper";
import { pagesText, wordsText } from "./plain";
import { Sheets, type SheetsHandle } from "./Sheets";
import { type Mode, Toolbar } from "./Toolbar";
import type { DocumentAt, Turn, Zoom } from "./types";
import { useDocument } from "./useDocument";
import { useFind } from "./useFind";
import { printMost, usePrint } from "./usePrint";

interface ReaderProps {
  at: DocumentAt;
  /** The language its record says it is in. */
  lang?: string | undefined;
  /** Another document to stand beside it. */
  beside?: DocumentAt;
  /** The choice of what stands beside it. */
  choose?: ReactNode;
  /** It stands beside another: without search, printing and saving. */
  compact?: boolean;
}

/** A document of a record, read in place: the same for the patient, her preview and the doctor. */
export function DocumentReader({ at, lang, beside, choose, compact = false }: ReaderProps) {
  const { from, query } = useDocument(at);
  return (
    <div className="doc-reader">
      <Loaded query={query} lines={14}>
        {(document) =>
          document.refused !== null || document.kind === "other" ? (
            <Refused from={from} document={document} />
          ) : document.kind === "text" || document.kind === "html" ? (
            <Words
              from={from}
              document={document}
              lang={languageTag(lang)}
              beside={beside}
              choose={choose}
              compact={compact}
            />
          ) : (
            <Pages
              key={JSON.stringify(from)}
              from={from}
              document={document}
              beside={beside}
              choose={choose}
              compact={compact}
            />
          )
        }
      </Loaded>
    </div>
  );
}

export const documentTitle = (document: DocumentView): string =>
  document.description ?? document.title ?? t("doc.untitled");

/** What it is, in one line. */
export function documentFacts(document: DocumentView): string {
  const pages =
    document.total > 0 && t(document.kind === "pdf" ? "doc.pages" : "doc.pictures", { n: document.total });
  return [
    t(`doc.kind.${document.kind}`),
    document.modality,
    pages,
    sizeWords(document.bytes),
    document.created && t("doc.made", { date: recordDate(document.created) }),
  ]
    .filter(Boolean)
    .join(" · ");
}

function SaveButton({ from }: { from: DocumentAt }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  return (
    <>
      <Button
        icon="download"
        isPending={busy}
        onPress={() => {
          setBusy(true);
          setError(undefined);
          documents
            .save({ ...from, dialog: saveWords("document") })
            .then((saved) => {
              if (saved) toast(t("doc.saved"));
            }, setError)
            .finally(() => {
              setBusy(false);
            });
        }}
      >
        {t("doc.save")}
      </Button>
      {error !== undefined && <Failure error={error} />}
    </>
  );
}

const refusals = new Set(["encrypted", "damaged", "tooLarge", "tooSlow", "unsupported"]);

function Refused({ from, document }: { from: DocumentAt; document: DocumentView }) {
  const code = document.refused ?? "unsupported";
  const words = `doc.refused.${refusals.has(code) ? code : "other"}` as MessageKey;
  return (
    <div className="stack">
      <p className="soft">{documentFacts(document)}</p>
      <Notice tone="caution" title={t("doc.refused")}>
        {t(words)}
      </Notice>
      <div className="actions">
        <SaveButton from={from} />
      </div>
    </div>
  );
}

interface ShownProps {
  from: DocumentAt;
  document: DocumentView;
  beside: DocumentAt | undefined;
  choose: ReactNode;
  compact: boolean;
}

function Words({ from, document, lang, beside, choose, compact }: ShownProps & { lang: string | undefined }) {
  return (
    <div className="stack stack-fill">
      <div className="doc-head">
        <p className="soft">{documentFacts(document)}</p>
        {!compact && (
          <div className="actions screen-only">
            <CopyButton text={wordsText(document)}>{t("room.copy")}</CopyButton>
            <SaveButton from={from} />
          </div>
        )}
      </div>
      {choose !== undefined && <div className="doc-second screen-only">{choose}</div>}
      <div className={beside ? "doc-body doc-two" : "doc-body"}>
        <div className="stack stack-fill">
          {document.html !== null ? (
            <NarrativeFrame narrative={{ html: document.html, status: null, altered: true }} lang={lang} />
          ) : (
            <p className="doc-text doc-lines" lang={lang}>
              {document.text}
            </p>
          )}
          {document.cut && <p className="soft">{t("doc.textCut")}</p>}
        </div>
        {beside && <BesideIt at={beside} />}
      </div>
    </div>
  );
}

function BesideIt({ at }: { at: DocumentAt }) {
  return (
    <section className="doc-beside" aria-label={t("doc.besidePage")}>
      <DocumentReader at={at} compact />
    </section>
  );
}

function Pages({ from, document, beside, choose, compact }: ShownProps) {
  const title = documentTitle(document);
  const [page, setPage] = useState(0);
  const [zoom, setZoom] = useState<Zoom>("fit");
  const [turn, setTurn] = useState<Turn>(0);
  const [mode, setMode] = useState<Mode>("pages");
  const [grey, setGrey] = useState<GreyWindow | undefined>(document.window ?? undefined);
  const [printError, setPrintError] = useState<unknown>();
  const sheets = useRef<SheetsHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const paper = usePrint(from, document, grey);

  const go = useCallback((wanted: number) => {
    setPage(wanted);
    sheets.current?.go(wanted);
    const text = box.current?.querySelector(`.doc-texts [data-page="${String(wanted)}"]`);
    text?.scrollIntoView({ block: "start" });
  }, []);
  const search = useFind(from);
  const places = search.places ?? [];
  const first = places[0]?.page;
  useEffect(() => {
    if (first === undefined) return undefined;
    // The list of places takes room from the pages: gone to once that has settled.
    let frame = window.requestAnimationFrame(() => {
      frame = window.requestAnimationFrame(() => {
        frame = window.requestAnimationFrame(() => {
          go(first);
        });
      });
    });
    return () => {
      window.cancelAnimationFrame(frame);
    };
  }, [first, search.places, go]);
  const searchable = document.kind === "pdf" && !compact;
  useEffect(() => {
    const toFind = (event: KeyboardEvent) => {
      const field = box.current?.querySelector<HTMLInputElement>(".doc-find input");
      if (!field || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "f") return;
      event.preventDefault();
      field.focus();
      field.select();
    };
    window.addEventListener("keydown", toFind);
    return () => {
      window.removeEventListener("keydown", toFind);
    };
  }, []);
  const print = () => {
    setPrintError(undefined);
    const first = document.pages.length > printMost ? page : 0;
    const last = Math.min(document.pages.length, first + printMost);
    if (document.pages.length > printMost) toast(t("doc.printPart", { from: first + 1, to: last }));
    paper.print(first).catch(setPrintError);
  };
  return (
    <div ref={box} className="stack stack-fill">
      <div className="doc-head">
        <p className="soft">{documentFacts(document)}</p>
        {!compact && (
          <div className="actions screen-only">
            <Button icon="print" isPending={paper.busy} onPress={print}>
              {paper.busy ? t("doc.printing") : t("doc.print")}
            </Button>
            {document.kind === "pdf" && (
              <CopyButton text={() => pagesText(from, document)}>{t("room.copy")}</CopyButton>
            )}
            <SaveButton from={from} />
          </div>
        )}
      </div>
      {document.kind === "dicom" && <p className="soft small">{t("doc.looking")}</p>}
      {printError !== undefined && <Failure error={printError} />}
      <Toolbar
        document={document}
        page={page}
        onGo={go}
        zoom={zoom}
        percent={() => sheets.current?.percent() ?? 100}
        onZoom={setZoom}
        turn={turn}
        onTurn={(next) => {
          setTurn(next);
          announce(t("doc.turned", { degrees: next }));
        }}
        mode={mode}
        onMode={setMode}
      />
      {(searchable || choose !== undefined) && (
        <div className="doc-second screen-only">
          {searchable && <FindField search={search} />}
          {choose}
        </div>
      )}
      {search.error !== undefined && <Failure error={search.error} />}
      {grey && document.range && <GreyControls document={document} value={grey} onChange={setGrey} />}
      <div className={beside ? "doc-body doc-two" : "doc-body"}>
        {places.length > 0 && <FoundPlaces places={places} onGo={go} />}
        {mode === "text" ? (
          <PageTexts from={from} document={document} />
        ) : (
          <Sheets
            from={from}
            document={document}
            title={title}
            zoom={zoom}
            turn={turn}
            grey={grey}
            places={places}
            onPage={setPage}
            handle={sheets}
          />
        )}
        {beside && <BesideIt at={beside} />}
      </div>
      <Paper pictures={paper.pictures} onReady={paper.ready} />
    </div>
  );
}
