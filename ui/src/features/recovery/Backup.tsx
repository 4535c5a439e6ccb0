import { useState } from "react";
import { isOver, useDeed, useJob } from "../../app/queries";
import { useSession } from "../../app/session";
import { common, recovery } from "../../backend";
import type { FileBackup, RecoveryView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Facts } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { Notice } from "../../shared/components/Notice";
import { Section } from "../../shared/components/Page";
import { toast } from "../../shared/components/Toast";
import { JobProgress } from "../../shared/components/Waiting";
import { saveWords } from "../../shared/dialogWords";
import { fullMoment } from "../../shared/format/dates";
import { sizeWords } from "../../shared/format/sizes";
import { ageWords } from "./age";
import { AtRelaySection } from "./AtRelay";

/** The backups of this profile: where they are, how old, and how to make one now. */
export function Backups({ status }: { status: RecoveryView }) {
  const { role } = useSession();
  const ready = status.kit.confirmed !== null;
  return (
    <>
      <Section heading={t("backup.inFile")}>
        <p>{t(`backup.lead.${role}`)}</p>
        {ready ? <InAFile status={status} /> : <Notice>{t("backup.kitFirst")}</Notice>}
      </Section>
      {/* A desk is nobody at the relay, which often runs on its very computer. */}
      {role !== "desk" && <AtRelaySection relay={status.relay} ready={ready} />}
    </>
  );
}

function InAFile({ status: { file, relay } }: { status: RecoveryView }) {
  const [job, setJob] = useState<string>();
  const running = useJob(job);
  const start = useDeed(recovery.backupNow, setJob);
  // A place is chosen in order to have a backup there: it is made at once.
  const choose = useDeed(recovery.backupFileChoose, (chosen) => {
    if (chosen) start.mutate(undefined);
  });
  const forget = useDeed(recovery.backupFileForget, () => {
    setJob(undefined);
    toast(t("backup.fileForgot"));
  });
  if (running && !isOver(running))
    return (
      <JobProgress
        job={running}
        onCancel={() => {
          void common.jobCancel({ job: running.id });
        }}
      />
    );
  const failed = running?.state === "failed" ? running.error : (file?.problem ?? null);
  return (
    <>
      {!file && !relay.on && (
        <Notice tone="task" title={t("backup.none")}>
          {t("reminder.backup")}
        </Notice>
      )}
      {failed && <Failure error={failed} tone="caution" />}
      <div role="status" className="stack stack-tight">
        {running?.state === "done" && <Notice tone="good">{t("backup.done")}</Notice>}
        {running?.state === "cancelled" && <Notice>{t("backup.stopped")}</Notice>}
      </div>
      {file && <Facts facts={factsOf(file)} />}
      <p className="soft">{t("backup.fileHint")}</p>
      {file && <p className="soft">{t("backup.fileOlder")}</p>}
      {[choose, start, forget].map(
        (deed, index) => deed.isError && <Failure key={index} error={deed.error} />,
      )}
      <div className="actions">
        {file && (
          <Button
            look="primary"
            icon="refresh"
            isPending={start.isPending}
            onPress={() => {
              start.mutate(undefined);
            }}
          >
            {t("backup.now")}
          </Button>
        )}
        <Button
          look={file ? "plain" : "primary"}
          icon="folder"
          isPending={choose.isPending}
          onPress={() => {
            choose.mutate({ dialog: saveWords("backup") });
          }}
        >
          {t(file ? "backup.fileOther" : "backup.fileChoose")}
        </Button>
        {file && (
          <Button
            look="quiet"
            isPending={forget.isPending}
            onPress={() => {
              forget.mutate(undefined);
            }}
          >
            {t("backup.fileForget")}
          </Button>
        )}
      </div>
    </>
  );
}

const factsOf = (file: FileBackup) => [
  { label: t("backup.fileName"), value: file.name },
  {
    label: t("backup.complete"),
    value: file.complete === null ? t("backup.never") : ageWords(file.complete),
  },
  file.at !== null && { label: t("backup.last"), value: fullMoment(file.at) },
  file.at !== null && { label: t("backup.size"), value: sizeWords(file.bytes) },
  file.at !== null && {
    label: t("backup.versions"),
    value: <span className="figures">{file.versions}</span>,
  },
];
