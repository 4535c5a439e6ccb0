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
import { fullMoment } from "../../shared/format/dates";
import { Icon } from "../../shared/icons";
import { importKey, startImport } from "./importing";
import { SomebodyElse } from "./SomebodyElse";

/** Adding records: choose, drop, watch, stop, undo. */
export function Import() {
  const job = useAnswer<string | null>(importKey, () =>
    Promise.resolve(answers.getQueryData<string>(importKey) ?? null),
  );
  const imports = useAnswer(["imports"], patient.importsList);
  return (
    <Page heading={t("import.heading")} lead={t("import.lead")} visibility={{ kind: "onlyYou" }}>
      {job.data ? <Running id={job.data} /> : <Choose />}
      <Section heading={t("import.earlier")}>
        <Loaded query={imports} lines={3}>
          {(known) =>
            known.length === 0 ? (
              <p className="soft">{t("import.noEarlier")}</p>
            ) : (
              <ul className="list">
                {known.map((each) => (
                  <ImportRow key={each.id} known={each} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Section>
    </Page>
  );
}

/** Two buttons and a place to drop; the dialog and the dropped paths stay with the core. */
function Choose() {
  const start = useMutation({ mutationFn: startImport, networkMode: "always" });
  const pick = useMutation({
    mutationFn: (folder: boolean) => patient.importPick({ folder }),
    networkMode: "always",
    onSuccess: (selection) => {
      if (selection) start.mutate(selection);
    },
  });
  const busy = pick.isPending || start.isPending;
  return (
    <div className="stack stack-fill">
      <div className="drop">
        <Icon name="file" size="large" />
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
        <p className="soft small">{t("import.formats")}</p>
      </div>
      {pick.isError && <Failure error={pick.error} />}
      {start.isError && <Failure error={start.error} />}
    </div>
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

function ImportRow({ known }: { known: ImportView }) {
  return (
    <li className="list-item">
      <Icon name="file" />
      <div className="list-main">
        <span className="list-title">
          <a href={href(`/add/${encodeURIComponent(known.id)}`)}>{known.names.join(", ")}</a>
        </span>
        <span className="soft">
          {t("import.rowCount", { n: known.report.resources, files: known.report.files })}
        </span>
        {!known.finished && <Tag tone="caution">{t("import.unfinished")}</Tag>}
        {known.finished && known.recordsLeft === 0 && known.report.resources > 0 && (
          <Tag>{t("import.undone")}</Tag>
        )}
      </div>
      <span className="list-side">{fullMoment(known.at)}</span>
    </li>
  );
}
