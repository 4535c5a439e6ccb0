import { useState } from "react";
import { isOver, useAnswer, useDeed, useJob } from "../../app/queries";
import { useSession } from "../../app/session";
import { common, leaving } from "../../backend";
import type { LeavingView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Facts } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Page, Section } from "../../shared/components/Page";
import { JobProgress } from "../../shared/components/Waiting";
import { saveWords } from "../../shared/dialogWords";
import { fullMoment } from "../../shared/format/dates";
import { Delete } from "./Delete";
import { exportWords } from "./words";

/** Taking everything along, in open formats, and deleting everything. */
export function Leaving() {
  const { role } = useSession();
  const view = useAnswer(["leaving"], leaving.view);
  return (
    <Page
      heading={t("title.leaving")}
      lead={t(`leaving.lead.${role}`)}
      visibility={{ kind: "onlyYou" }}
      back={{ to: "/settings", label: t("settings.heading") }}
    >
      <Loaded query={view} lines={4}>
        {(known) => (
          <>
            <Export known={known} />
            <Delete known={known} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Export({ known }: { known: LeavingView }) {
  const [job, setJob] = useState<string>();
  const start = useDeed(leaving.exportAll, (started) => {
    if (started !== null) setJob(started);
  });
  const running = useJob(job);
  return (
    <Section heading={t("leaving.export")}>
      <p>{t(`leaving.exportHint.${known.role}`)}</p>
      {known.exported !== null && (
        <Facts facts={[{ label: t("leaving.exportedOn"), value: fullMoment(known.exported) }]} />
      )}
      {start.isError && <Failure error={start.error} />}
      {running?.state === "failed" && <Failure error={running.error} />}
      <div role="status" className="stack stack-tight">
        {running?.state === "done" && (
          <Notice tone="good" title={t("leaving.exported")}>
            {running.result ? t("leaving.exportedWhere", { name: running.result }) : null}
          </Notice>
        )}
        {running?.state === "cancelled" && <Notice>{t("leaving.exportStopped")}</Notice>}
      </div>
      {running && !isOver(running) ? (
        <JobProgress
          job={running}
          onCancel={() => {
            void common.jobCancel({ job: running.id });
          }}
        />
      ) : (
        <div className="actions">
          <Button
            look="primary"
            icon="download"
            isPending={start.isPending}
            onPress={() => {
              start.mutate({ dialog: saveWords("export"), words: exportWords(known.role) });
            }}
          >
            {t("leaving.exportGo")}
          </Button>
        </div>
      )}
    </Section>
  );
}
