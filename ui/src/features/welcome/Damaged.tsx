import { type ReactNode, useEffect, useState } from "react";
import { Label, ProgressBar } from "react-aria-components";
import { answers, useAnswer, useDeed } from "../../app/queries";
import { welcome } from "../../backend";
import type { ProfileSummary, SalvageReport, SalvageView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Decision } from "../../shared/components/Decision";
import { Failure } from "../../shared/components/Failure";
import { TextField } from "../../shared/components/Fields";
import { Notice } from "../../shared/components/Notice";

interface DamagedProps {
  profile: ProfileSummary;
  /** As it was typed to open the profile. */
  passphrase: string;
  /** The way by the kit and a backup, which may know more than the damaged file. Only patients have it. */
  kitWay: ReactNode;
  /** Whether a salvage was begun here. */
  mending: boolean;
  onBegin: () => void;
}

/** A profile whose file is damaged: what can be saved is, while she sees how far it is. */
export function Damaged({ profile, passphrase, kitWay, mending, onBegin }: DamagedProps) {
  const [typed, setTyped] = useState("");
  const key = ["salvage", profile.id];
  const state = useAnswer(key, () => welcome.salvageState({ id: profile.id }), {
    every: mending ? 400 : 3_000,
  });
  const start = useDeed(welcome.salvageStart, (begun) => {
    answers.setQueryData(key, begun);
    setTyped("");
    onBegin();
  });
  const stop = useDeed(welcome.salvageStop);
  const salvage = state.data;
  const isRunning = salvage?.running;
  useEffect(() => {
    if (isRunning === false) void answers.invalidateQueries({ queryKey: ["profiles"] });
  }, [isRunning]);
  if (salvage?.running)
    return (
      <Saving
        salvage={salvage}
        onStop={() => {
          stop.mutate({ id: profile.id });
        }}
      />
    );
  const isPatient = profile.role === "patient";
  if (mending && salvage?.report) return <Report report={salvage.report} isPatient={isPatient} />;
  return (
    <Notice tone="danger" title={t("welcome.damaged")} alert>
      <p>{t("welcome.damaged.lead")}</p>
      {isPatient && <p>{t("welcome.damaged.kit")}</p>}
      {salvage?.problem?.code === "cancelled" && <p>{t("welcome.damaged.stopped")}</p>}
      {salvage?.problem && salvage.problem.code !== "cancelled" && <Failure error={salvage.problem} />}
      {start.isError && <Failure error={start.error} />}
      {profile.passphraseSet && passphrase === "" && (
        <TextField
          label={t("lock.passphrase")}
          type="password"
          value={typed}
          onChange={setTyped}
          autoComplete="current-password"
        />
      )}
      <div className="actions">
        <Button
          look="primary"
          isPending={start.isPending}
          onPress={() => {
            start.mutate({ id: profile.id, passphrase: passphrase || typed || null });
          }}
        >
          {t("welcome.damaged.save")}
        </Button>
        {isPatient && kitWay}
      </div>
    </Notice>
  );
}

/** The damaged file stays until she says that it may go. */
export function Kept({ profile }: { profile: ProfileSummary }) {
  const forget = useDeed(welcome.salvageForget);
  return (
    <div className="row">
      <Decision
        verb={t("welcome.kept.remove")}
        icon="cross"
        look="quiet"
        heading={t("welcome.kept.heading")}
        confirm={t("welcome.kept.confirm")}
        keep={t("welcome.kept.keep")}
        deed={forget}
        input={() => ({ id: profile.id })}
      >
        <p>{t("welcome.kept.lead")}</p>
      </Decision>
    </div>
  );
}

function Saving({ salvage, onStop }: { salvage: SalvageView; onStop: () => void }) {
  return (
    <div className="panel">
      <ProgressBar
        className="progress"
        value={salvage.done}
        maxValue={Math.max(salvage.total, 1)}
        isIndeterminate={salvage.total === 0}
      >
        {({ percentage }) => (
          <>
            <Label className="strong">{t("welcome.damaged.saving")}</Label>
            <div className="progress-track">
              <div className="progress-fill" style={{ inlineSize: `${String(percentage ?? 0)}%` }} />
            </div>
          </>
        )}
      </ProgressBar>
      <Button icon="cross" onPress={onStop}>
        {t("welcome.damaged.stop")}
      </Button>
    </div>
  );
}

/** What came back and what did not, in sentences. */
function Report({ report, isPatient }: { report: SalvageReport; isPatient: boolean }) {
  const isWhole = report.pagesLost === 0 && report.broken === 0 && !report.newestMissing;
  return (
    <Notice
      tone={isWhole ? "good" : "caution"}
      title={t(isWhole ? "welcome.damaged.all" : "welcome.damaged.some")}
      alert
    >
      <ul className="bullets">
        <li>{t("welcome.damaged.records", { count: report.records })}</li>
        {report.originals > 0 && <li>{t("welcome.damaged.originals", { count: report.originals })}</li>}
        <li>{t("welcome.damaged.others", { shares: report.shares, others: report.others })}</li>
        {report.pagesLost > 0 && (
          <li>{t("welcome.damaged.lost", { lost: report.pagesLost, pages: report.pages })}</li>
        )}
        {report.broken > 0 && <li>{t("welcome.damaged.broken", { count: report.broken })}</li>}
        {report.newestMissing && <li>{t("welcome.damaged.newest")}</li>}
        {report.newestMissing && isPatient && <li>{t("welcome.damaged.shares")}</li>}
      </ul>
      <p>{t("welcome.damaged.next")}</p>
      {!isWhole && isPatient && <p>{t("welcome.damaged.again")}</p>}
      <p className="soft">
        {t("welcome.damaged.kept")} <bdi className="path">{report.keptIn}</bdi>
      </p>
    </Notice>
  );
}
