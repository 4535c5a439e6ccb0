import { useState } from "react";
import { isOver, useAnswer, useDeed, useJob } from "../../app/queries";
import { navigate } from "../../app/router";
import { welcome } from "../../backend";
import type { BackupVersion, KitReading, RestoreOffer, RestoreSource } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { RadioGroup, TextField } from "../../shared/components/Fields";
import { KeyringWait } from "../../shared/components/KeyringWait";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Heading } from "../../shared/components/Page";
import { PassphraseFields, noPassphrase, passphraseFaults } from "../../shared/components/Passphrase";
import { JobProgress } from "../../shared/components/Waiting";
import { fullMoment } from "../../shared/format/dates";
import { sizeWords } from "../../shared/format/sizes";
import { Form } from "../../shared/forms";
import { ReportBody } from "./Restored";

interface VersionProps {
  kit: KitReading;
  source: RestoreSource;
  offer: RestoreOffer;
  onBack: () => void;
}

/** Which version, under which name, and what follows; then the work itself, and what came back. */
export function VersionStep({ kit, source, offer, onBack }: VersionProps) {
  const [job, setJob] = useState<string>();
  const [locked, setLocked] = useState(false);
  const start = useDeed(welcome.restoreStart, setJob);
  const running = useJob(job, welcome.restoreJob);
  if (running?.state === "done") return <Back job={running.id} locked={locked} />;
  if (running && !isOver(running))
    return (
      <div className="stack">
        <Heading>{t("restore.running")}</Heading>
        <p className="page-lead">{t("restore.runningHint")}</p>
        <JobProgress
          job={running}
          onCancel={() => {
            void welcome.restoreCancel({ job: running.id });
          }}
        />
      </div>
    );
  return (
    <>
      {running?.state === "cancelled" && <Notice alert>{t("restore.cancelled")}</Notice>}
      {running?.state === "failed" && <Failure error={running.error} />}
      <Choose
        offer={offer}
        pending={start.isPending}
        error={start.isError ? start.error : undefined}
        onBack={onBack}
        onGo={(sequence, name, passphrase) => {
          setLocked(passphrase !== null);
          start.mutate({ kit: kit.token, source, sequence, name, passphrase });
        }}
      />
    </>
  );
}

interface ChooseProps {
  offer: RestoreOffer;
  pending: boolean;
  error: unknown;
  onBack: () => void;
  onGo: (sequence: number, name: string, passphrase: string | null) => void;
}

function Choose({ offer, pending, error, onBack, onGo }: ChooseProps) {
  const [version, setVersion] = useState(String(offer.versions[0]?.sequence ?? ""));
  const [name, setName] = useState(offer.profileName);
  const [passphrase, setPassphrase] = useState(noPassphrase);
  const [tried, setTried] = useState(false);
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (name.trim() !== "" && Object.keys(passphraseFaults(passphrase)).length === 0)
          onGo(Number(version), name.trim(), passphrase.wanted ? passphrase.first : null);
      }}
    >
      <Heading>{t("restore.found", { name: offer.profileName })}</Heading>
      <p className="page-lead">{t(`restore.role.${offer.role}`)}</p>
      {offer.cut && <Notice tone="caution">{t("restore.cut")}</Notice>}
      {offer.alreadyHere && <Notice tone="caution">{t("restore.alreadyHere")}</Notice>}
      <RadioGroup
        label={t("restore.versions")}
        value={version}
        choices={offer.versions.map((each, index) => versionChoice(each, index === 0))}
        onChange={setVersion}
      />
      <TextField
        label={t("restore.name")}
        hint={t("welcome.nameHint")}
        value={name}
        error={tried && name.trim() === "" ? t("welcome.nameMissing") : undefined}
        onChange={setName}
        maxLength={80}
      />
      <PassphraseFields value={passphrase} onChange={setPassphrase} tried={tried} />
      <section className="stack stack-tight">
        <h2>{t("restore.whatFollows")}</h2>
        <ul className="bullets">
          <li>{t(`restore.follow1.${offer.role}`)}</li>
          <li>{t(`restore.follow2.${offer.role}`)}</li>
          {offer.clinicName !== null && (
            <li>{t(`restore.follow3.${offer.role}`, { clinic: offer.clinicName })}</li>
          )}
        </ul>
      </section>
      {error !== undefined && <Failure error={error} />}
      <KeyringWait waiting={pending} />
      <div className="actions">
        <Button look="primary" icon="refresh" type="submit" isPending={pending}>
          {t("restore.go")}
        </Button>
        <Button look="quiet" icon="back" onPress={onBack}>
          {t("restore.again")}
        </Button>
      </div>
    </Form>
  );
}

const versionChoice = (version: BackupVersion, newest: boolean) => ({
  value: String(version.sequence),
  title: newest
    ? t("list.aside", { line: fullMoment(version.at), aside: t("restore.newest") })
    : fullMoment(version.at),
  hint:
    version.records > 0
      ? t("restore.versionHint", { records: version.records, size: sizeWords(version.bytes) })
      : sizeWords(version.bytes),
});

/** It is back: what came, and into the profile. */
function Back({ job, locked }: { job: string; locked: boolean }) {
  const report = useAnswer(["restore-report", job], () => welcome.restoreReport({ job }));
  const open = useDeed(welcome.profileOpen);
  return (
    <div className="stack stack-wide">
      <Heading>{t("restored.heading")}</Heading>
      <Loaded query={report} lines={8}>
        {(known) => (
          <>
            <ReportBody report={known} />
            {open.isError && <Failure error={open.error} />}
            <KeyringWait waiting={open.isPending} />
            <div className="actions">
              <Button
                look="primary"
                icon="forward"
                isPending={open.isPending}
                onPress={() => {
                  // A passphrase is asked for where profiles are chosen.
                  if (locked) navigate("/");
                  else open.mutate({ id: known.profileId, passphrase: null });
                }}
              >
                {t("restored.open")}
              </Button>
            </div>
          </>
        )}
      </Loaded>
    </div>
  );
}
