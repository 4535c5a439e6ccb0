import { useMutation } from "@tanstack/react-query";
import { useAnswer, useDeed } from "../../app/queries";
import { navigate } from "../../app/router";
import { patient } from "../../backend";
import type { Category, ImportFileView, ImportView, RefusedFile } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, ButtonLink } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { toast } from "../../shared/components/Toast";
import { Disclosure } from "../../shared/components/Disclosure";
import { Decision } from "../../shared/components/Decision";
import { Facts } from "../../shared/components/Facts";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty, Page, Section } from "../../shared/components/Page";
import { commas, fullMoment } from "../../shared/format/dates";
import { saveWords } from "../../shared/dialogWords";
import { categories, categoryName } from "../../shared/records/words";
import { ImportWaiting } from "./ImportWaiting";
import { resumeImport } from "./importing";

/** What an import did, file by file where something was left out; and how to undo it. */
export function ImportReportPage({ params }: { params: Record<string, string> }) {
  const imports = useAnswer(["imports"], patient.importsList);
  return (
    <Page
      heading={t("report.heading")}
      visibility={{ kind: "onlyYou" }}
      back={{ to: "/add", label: t("import.heading") }}
    >
      <Loaded query={imports}>
        {(known) => {
          const found = known.find((each) => each.id === params.id);
          return found ? (
            <Report known={found} />
          ) : (
            <Empty
              icon="file"
              heading={t("report.gone")}
              action={<ButtonLink to="/add">{t("home.addRecords")}</ButtonLink>}
            />
          );
        }}
      </Loaded>
    </Page>
  );
}

function Report({ known }: { known: ImportView }) {
  const { report } = known;
  const kept = report.refused.filter((file) => file.kept);
  const left = report.refused.filter((file) => !file.kept);
  const kinds = categories.filter((category) => (report.by_compartment[category] ?? 0) > 0);
  return (
    <>
      <div className="stack stack-fill">
        {!known.finished && (
          <Notice tone="caution" title={t("import.unfinished")}>
            {t("report.unfinishedHint")}
          </Notice>
        )}
        <ImportWaiting />
        <Notice
          tone={report.refused.length > 0 ? "caution" : "good"}
          title={t("report.added", { n: report.resources })}
        >
          {left.length > 0 && <p>{t("report.leftOut", { n: left.length })}</p>}
          {kept.length > 0 && <p>{t("report.keptWhole", { n: kept.length })}</p>}
        </Notice>
        <Facts
          facts={[
            {
              label: t("report.files"),
              value: t("report.filesCount", { n: report.files, names: commas(known.names) }),
            },
            { label: t("report.when"), value: fullMoment(known.at) },
            { label: t("report.duplicates"), value: t("report.duplicatesCount", { n: report.duplicates }) },
            { label: t("report.source"), value: t("report.sourceCount", { n: report.kept_as_source }) },
            report.list !== null && { label: t("report.list"), value: listWords(report.list) },
          ]}
        />
        <div className="actions">
          {known.resumable && <Resume known={known} />}
          <ButtonLink to="/records" look={known.resumable ? "plain" : "primary"} icon="folder">
            {t("report.look")}
          </ButtonLink>
          {known.recordsLeft > 0 && <Undo known={known} />}
          <SaveReport known={known} />
        </div>
      </div>
      {kinds.length > 0 && (
        <Section heading={t("report.byKind")}>
          <Facts
            facts={kinds.map((category: Category) => ({
              label: categoryName(category),
              value: t("chart.count", { n: report.by_compartment[category] ?? 0 }),
            }))}
          />
        </Section>
      )}
      <NotRead heading={t("report.refused")} files={left} />
      <NotRead heading={t("report.keptFiles")} files={kept} />
      <Files known={known} />
    </>
  );
}

/** Files that were not read, or not to their end, and why. */
function NotRead({ heading, files }: { heading: string; files: RefusedFile[] }) {
  if (files.length === 0) return null;
  return (
    <Section heading={heading}>
      <ul className="list">
        {files.map((file) => (
          <li key={file.file} className="list-item no-icon">
            <div className="list-main">
              <span className="list-title">{file.file}</span>
              <span>{t(`refused.${file.reason}`)}</span>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** "keyward-sensitivity 1" in words; there is one such list. */
function listWords(list: string): string {
  return t("report.listName", { version: list.split(" ").at(-1) ?? "" });
}

/** Goes on where it was interrupted. */
function Resume({ known }: { known: ImportView }) {
  const resume = useMutation({ mutationFn: resumeImport, networkMode: "always" });
  return (
    <>
      <Button
        look="primary"
        icon="forward"
        isPending={resume.isPending}
        onPress={() => {
          resume.mutate(known.id);
        }}
      >
        {t("import.resume")}
      </Button>
      {resume.isError && <Failure error={resume.error} />}
    </>
  );
}

/** The same report as a file for other programs. */
function SaveReport({ known }: { known: ImportView }) {
  const save = useDeed(patient.importReportSave, (saved) => {
    if (saved) toast(t("report.saved"));
  });
  return (
    <>
      <Button
        look="quiet"
        icon="download"
        isPending={save.isPending}
        onPress={() => {
          save.mutate({ importId: known.id, dialog: saveWords("report") });
        }}
      >
        {t("report.save")}
      </Button>
      {save.isError && <Failure error={save.error} />}
    </>
  );
}

/** File by file: what it brought, what was there already, and the file itself as it came. */
function Files({ known }: { known: ImportView }) {
  const files = useAnswer(["import-files", known.id], () => patient.importFiles({ importId: known.id }));
  return (
    <Section heading={t("report.eachFile")}>
      <Loaded query={files} lines={4}>
        {(each) =>
          each.length === 0 ? (
            <div className="panel">
              <p className="soft">{t("report.noFiles")}</p>
            </div>
          ) : (
            <ul className="list">
              {each.map((file) => (
                <FileLine key={file.source} file={file} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}

const mostKept = 50;

/** What of a file is kept as it came: where it stood, why, and its bytes. */
function Kept({ file }: { file: ImportFileView }) {
  const give = useDeed(patient.importExportOriginal, (bytes, { of }) => {
    if (bytes !== null && of.kind === "piece")
      toast(t("report.pieceSaved", { n: of.index + 1, name: file.name }));
  });
  if (file.kept.length === 0) return null;
  const more = file.kept.length - mostKept;
  return (
    <Disclosure label={t("report.kept", { n: file.kept.length })}>
      <ul className="list">
        {file.kept.slice(0, mostKept).map((piece) => {
          const words = { n: piece.index + 1, name: file.name };
          return (
            <li key={piece.index} className="list-item no-icon">
              <div className="list-main">
                <span>{t("report.piece", words)}</span>
                <span className="soft small">{t(`kept.${piece.reason}`)}</span>
              </div>
              <Button
                look="quiet"
                icon="download"
                aria-label={t("report.pieceNamed", words)}
                isPending={give.isPending}
                onPress={() => {
                  give.mutate({
                    of: { kind: "piece", source: file.source, index: piece.index },
                    dialog: saveWords("original"),
                  });
                }}
              >
                {t("report.original")}
              </Button>
            </li>
          );
        })}
        {more > 0 && <li className="list-item no-icon soft">{t("report.moreKept", { n: more })}</li>}
      </ul>
      {give.isError && <Failure error={give.error} />}
    </Disclosure>
  );
}

function FileLine({ file }: { file: ImportFileView }) {
  const give = useDeed(patient.importExportOriginal, (bytes) => {
    if (bytes !== null) toast(t("report.originalSaved", { name: file.name }));
  });
  return (
    <li className="list-item no-icon">
      <div className="list-main">
        <span className="strong">{file.name}</span>
        <span className="soft small figures">
          {[
            file.notRead === null ? t("chart.count", { n: file.records }) : t("report.notRead"),
            file.duplicates > 0 && t("report.duplicatesCount", { n: file.duplicates }),
            file.kept.length > 0 && t("report.sourceCount", { n: file.kept.length }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
        {give.isError && <Failure error={give.error} />}
        <Kept file={file} />
      </div>
      {file.original && (
        <Button
          look="quiet"
          icon="download"
          aria-label={t("report.originalNamed", { name: file.name })}
          isPending={give.isPending}
          onPress={() => {
            give.mutate({ of: { kind: "file", source: file.source }, dialog: saveWords("original") });
          }}
        >
          {t("report.original")}
        </Button>
      )}
    </li>
  );
}

function Undo({ known }: { known: ImportView }) {
  const undo = useDeed(patient.importUndo, () => {
    navigate("/add");
  });
  return (
    <Decision
      verb={t("undo.verb")}
      icon="undo"
      heading={t("undo.heading", { n: known.recordsLeft })}
      confirm={t("undo.confirm")}
      keep={t("undo.keep")}
      deed={undo}
      input={() => ({ importId: known.id })}
    >
      <p>{t("undo.what")}</p>
      {known.recordsShared > 0 && (
        <Notice tone="caution">{t("undo.shared", { n: known.recordsShared })}</Notice>
      )}
    </Decision>
  );
}
