import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { answers, isOver, useAnswer, useDeed, useJob } from "../../app/queries";
import { href, navigate } from "../../app/router";
import { common, patient } from "../../backend";
import type { ImportView, JobView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { Loaded } from "../../shared/components/Loaded";
import { Notice, Tag } from "../../shared/components/Notice";
import { Page, Section } from "../../shared/components/Page";
import { JobProgress } from "../../shared/components/Waiting";
import { commas, fullMoment } from "../../shared/format/dates";
import { pickWords } from "../../shared/dialogWords";
import { Emblem, Icon } from "../../shared/icons";
import { ImportColumns } from "./ImportColumns";
import { ImportWaiting } from "./ImportWaiting";
import { importKey, resumeImport, startImport } from "./importing";
import { SomebodyElse } from "./SomebodyElse";

/** Adding records: choose, drop, watch, stop, undo. */
export function Import() {
  const job = useAnswer<string | null>(importKey, () =>
    Promise.resolve(answers.getQueryData<string>(importKey) ?? null),
  );
  const imports = useAnswer(["imports"], patient.importsList);
  return (
    <Page heading={t("import.heading")} lead={t("import.lead")} visibility={{ kind: "onlyYou" }}>
      <ImportWaiting />
      {job.data ? <Running id={job.data} /> : <Choose />}
      <Section heading={t("import.earlier")}>
        <Loaded query={imports} lines={3}>
          {(known) =>
            known.length === 0 ? (
              <div className="panel">
                <p className="soft">{t("import.noEarlier")}</p>
              </div>
            ) : (
              <ul className="list">
                {known.map((each) => (
                  <ImportRow key={each.id} known={each} busy={Boolean(job.data)} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Section>
    </Page>
  );
}

/** A place to drop and two buttons; the dialog and the dropped paths stay with the core. */
function Choose() {
  const start = useMutation({ mutationFn: startImport, networkMode: "always" });
  const pick = useMutation({
    mutationFn: (folder: boolean) => patient.importPick({ folder, dialog: pickWords("records") }),
    networkMode: "always",
    onSuccess: (selection) => {
      if (selection) start.mutate(selection);
    },
  });
  const busy = pick.isPending || start.isPending;
  return (
    <div className="stack stack-fill">
      <div className="drop">
        <Emblem name="upload" size="large" />
        <p className="strong">{t("import.drop")}</p>
        <div className="actions">
          <Button
            look="primary"
            icon="file"
            isDisabled={busy}
            onPress={() => {
              pick.mutate(false);
            }}
          >
            {t("import.files")}
          </Button>
          <Button
            icon="folder"
            isDisabled={busy}
            onPress={() => {
              pick.mutate(true);
            }}
          >
            {t("import.folder")}
          </Button>
        </div>
      </div>
      {pick.isError && <Failure error={pick.error} />}
      {start.isError && <Failure error={start.error} />}
      <Formats />
    </div>
  );
}

const formats = [
  { key: "records", icon: "documents" },
  { key: "letters", icon: "file" },
  { key: "pictures", icon: "image" },
  { key: "scans", icon: "scan" },
  { key: "phone", icon: "vitals" },
  { key: "tables", icon: "table" },
  { key: "archives", icon: "archive" },
] as const;

/** What Keyward takes, in the words of who has it, with the name of the format behind. */
function Formats() {
  return (
    <section className="panel" aria-label={t("import.formats")}>
      <h2 className="heading-small">{t("import.formats")}</h2>
      <ul className="formats">
        {formats.map(({ key, icon }) => (
          <li key={key}>
            <Icon name={icon} />
            <span>
              {t(`import.format.${key}`)} <span className="soft small">{t(`import.format.${key}.name`)}</span>
            </span>
          </li>
        ))}
      </ul>
      <p className="soft small">{t("import.formatsPictures")}</p>
      <p className="soft small">{t("import.formatsRest")}</p>
    </section>
  );
}

function Running({ id }: { id: string }) {
  const job = useJob(id);
  const cancel = useDeed(common.jobCancel);
  const decide = useDeed(patient.importDecide);
  const over = job !== undefined && isOver(job);
  useEffect(() => {
    if (!job || !over) return;
    void answers.invalidateQueries({
      predicate: (query) => query.queryKey[0] !== "job" && query.queryKey[0] !== "import-job",
    });
    if (job.state === "done" && job.result) {
      answers.setQueryData(importKey, null);
      navigate(`/add/${encodeURIComponent(job.result)}`);
    }
  }, [job, over]);
  if (!job) return null;
  return (
    <div className="stack stack-fill">
      {!over && (
        <JobProgress
          job={job}
          onCancel={() => {
            cancel.mutate({ job: id });
          }}
        />
      )}
      {job.question?.kind === "somebodyElse" && (
        <SomebodyElse
          question={job.question}
          pending={decide.isPending}
          onDecide={(decision) => {
            decide.mutate({ job: id, decision });
          }}
        />
      )}
      {job.question?.kind === "columns" && (
        <ImportColumns
          question={job.question}
          pending={decide.isPending}
          onDecide={(decision) => {
            decide.mutate({ job: id, decision });
          }}
        />
      )}
      {decide.isError && <Failure error={decide.error} />}
      {over && job.state !== "done" && <Stopped job={job} />}
    </div>
  );
}

function Stopped({ job }: { job: JobView }) {
  return (
    <>
      {job.state === "failed" ? (
        <Failure error={job.error} />
      ) : (
        <Notice title={t("import.cancelled")}>{t("import.cancelledHint")}</Notice>
      )}
      <div className="actions">
        {job.result !== null && (
          <a className="button button-plain" href={href(`/add/${encodeURIComponent(job.result)}`)}>
            {t("import.seeReport")}
          </a>
        )}
        <Button
          onPress={() => {
            answers.setQueryData(importKey, null);
          }}
        >
          {t("import.chooseAgain")}
        </Button>
      </div>
    </>
  );
}

function ImportRow({ known, busy }: { known: ImportView; busy: boolean }) {
  const resume = useMutation({ mutationFn: resumeImport, networkMode: "always" });
  return (
    <li className="list-item">
      <Emblem
        name={known.names.length === 1 && !known.names[0]?.includes(".") ? "folder" : "file"}
        tone={known.finished ? undefined : "caution"}
      />
      <div className="list-main">
        <span className="list-title">
          <a href={href(`/add/${encodeURIComponent(known.id)}`)}>{commas(known.names)}</a>
        </span>
        <span className="soft">
          {t("import.rowCount", { n: known.report.resources, files: known.report.files })}
        </span>
        {!known.finished && (
          <span className="row">
            <Tag tone="caution">{t("import.unfinished")}</Tag>
            {known.resumable && (
              <span className="soft small figures">
                {t("import.filesDone", { done: known.filesDone, found: known.filesFound })}
              </span>
            )}
          </span>
        )}
        {known.finished && known.recordsLeft === 0 && known.report.resources > 0 && (
          <span className="row">
            <Tag>{t("import.undone")}</Tag>
          </span>
        )}
        {resume.isError && <Failure error={resume.error} />}
      </div>
      <div className="list-side">
        <span>{fullMoment(known.at)}</span>
        {known.resumable && (
          <Button
            look="quiet"
            icon="forward"
            aria-label={t("import.resumeNamed", { names: commas(known.names) })}
            isDisabled={busy}
            isPending={resume.isPending}
            onPress={() => {
              resume.mutate(known.id);
            }}
          >
            {t("import.resume")}
          </Button>
        )}
      </div>
    </li>
  );
}
