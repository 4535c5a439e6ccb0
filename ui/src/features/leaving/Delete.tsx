import { useState } from "react";
import { isOver, useDeed, useJob } from "../../app/queries";
import { leaving } from "../../backend";
import type { LeavingView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Decision } from "../../shared/components/Decision";
import { Failure } from "../../shared/components/Failure";
import { Checkbox, TextField } from "../../shared/components/Fields";
import { Notice } from "../../shared/components/Notice";
import { Section } from "../../shared/components/Page";
import { JobProgress } from "../../shared/components/Waiting";
import { saveWords } from "../../shared/dialogWords";
import { ClinicEnds, ClinicInUse } from "./ClinicEnds";
import { receiptWords } from "./words";

/** What follows, what cannot be called back, the name typed, and one more question. */
export function Delete({ known }: { known: LeavingView }) {
  const { role, clinic, clinicName } = known;
  const [typed, setTyped] = useState("");
  const [localOnly, setLocalOnly] = useState(false);
  const [tried, setTried] = useState(false);
  const [job, setJob] = useState<string>();
  const start = useDeed(leaving.forGood, (started) => {
    if (started !== null) setJob(started);
  });
  const running = useJob(job);
  const right = typed.trim() === known.profileName;
  if (running && !isOver(running))
    return (
      <Section heading={t("leaving.running")}>
        <JobProgress job={running} />
      </Section>
    );
  if (clinic && clinic.patients + clinic.doctors > 0)
    return (
      <Section heading={t("leaving.delete")}>
        <ClinicInUse clinic={clinic} name={clinicName ?? ""} />
      </Section>
    );
  return (
    <Section heading={t("leaving.delete")}>
      <p>
        {clinic
          ? t("leaving.deleteHint.clinic", { clinic: clinicName ?? "" })
          : t(`leaving.deleteHint.${role}`)}
      </p>
      {known.begun && (
        <Notice tone="caution" title={t("leaving.begun")}>
          {t("leaving.begunHint")}
        </Notice>
      )}
      <h3>{t("leaving.follows")}</h3>
      <ul className="bullets">
        {role === "patient" && <li>{t("leaving.followsRecords", { n: known.records })}</li>}
        {role !== "desk" && (
          <>
            <li>{t(`leaving.followsShares.${role}`, { n: known.liveShares })}</li>
            <li>{t(`leaving.followsRelay.${role}`)}</li>
            {clinicName !== null && <li>{t(`leaving.followsClinic.${role}`, { clinic: clinicName })}</li>}
          </>
        )}
        {clinic && (
          <>
            <li>{t("leaving.followsServices", { clinic: clinicName ?? "" })}</li>
            <li>{t("leaving.followsPeople", { n: clinic.people })}</li>
            <li>{t("leaving.followsInvitations", { n: clinic.invitations })}</li>
            <li>{t("leaving.followsStored")}</li>
          </>
        )}
        <li>{t("leaving.followsKeys")}</li>
        <li>{t(`leaving.followsReceipt.${role}`)}</li>
      </ul>
      <h3>{t("leaving.cannot")}</h3>
      <ul className="bullets">
        {role === "patient" && <li>{t("leaving.cannotFetched", { n: known.fetched })}</li>}
        {role === "doctor" && <li>{t("leaving.cannotLooked")}</li>}
        <li>{t("leaving.cannotFiles")}</li>
      </ul>
      {clinic && <ClinicEnds backup={clinic.backup} name={clinicName ?? ""} />}
      {known.exported === null && <Notice tone="caution">{t("leaving.exportFirst")}</Notice>}
      {role !== "desk" && (known.problem || running?.state === "failed") && (
        <Notice tone="caution" title={t("leaving.offline")}>
          <p>{t("leaving.offlineHint")}</p>
          <Checkbox value={localOnly} onChange={setLocalOnly}>
            <span className="choice-title">{t("leaving.localOnly")}</span>
          </Checkbox>
        </Notice>
      )}
      <TextField
        label={t("leaving.confirm", { name: known.profileName })}
        value={typed}
        error={tried && !right ? t("leaving.confirmWrong", { name: known.profileName }) : undefined}
        onChange={setTyped}
        maxLength={80}
      />
      {running?.state === "failed" && <Failure error={running.error} />}
      <div className="actions">
        <Decision
          verb={t("leaving.go")}
          icon="bin"
          ask={right}
          heading={t("leaving.ask")}
          confirm={t("leaving.askGo")}
          keep={t("leaving.askKeep")}
          deed={start}
          input={() => {
            setTried(true);
            return right
              ? {
                  name: typed.trim(),
                  localOnly,
                  dialog: saveWords("receipt"),
                  words: receiptWords(known.profileName, clinicName, known.role),
                }
              : undefined;
          }}
        >
          <p>{t(`leaving.askWhy.${role}`)}</p>
          {clinic && <p>{t("leaving.askClinic", { clinic: clinicName ?? "" })}</p>}
        </Decision>
      </div>
    </Section>
  );
}
