import { Label, ProgressBar } from "react-aria-components";
import type { JobView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { timeLeft } from "../format/dates";
import { Button } from "./Button";

/** The shape of what will come, so that nothing jumps when it does. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  return (
    <div className="skeleton" role="status" aria-label={t("waiting.loading")}>
      {Array.from({ length: lines }, (_, index) => (
        <div className="skeleton-line" key={index} />
      ))}
    </div>
  );
}

const stages = {
  looking: "job.looking",
  reading: "job.reading",
  sealing: "job.sealing",
  sending: "job.sending",
  granting: "job.granting",
  finished: "job.finished",
} as const satisfies Record<JobView["stage"], string>;

/** Long work: what it is doing, how far it is, and a way to stop it. */
export function JobProgress({ job, onCancel }: { job: JobView; onCancel: () => void }) {
  const known = job.total > 0;
  return (
    <div className="stack">
      <ProgressBar
        className="progress"
        value={job.done}
        maxValue={Math.max(job.total, 1)}
        isIndeterminate={!known}
      >
        {({ percentage }) => (
          <>
            <Label className="strong">{t(stages[job.stage])}</Label>
            <div className="progress-track">
              <div
                className={known ? "progress-fill" : "progress-fill unknown"}
                style={known ? { inlineSize: `${String(percentage ?? 0)}%` } : undefined}
              />
            </div>
            <span className="soft small figures">
              {known && t("job.count", { done: job.done, total: job.total })}
              {job.secondsLeft !== null && job.secondsLeft > 0 && ` · ${timeLeft(job.secondsLeft)}`}
            </span>
          </>
        )}
      </ProgressBar>
      <Button icon="cross" onPress={onCancel}>
        {t("action.cancel")}
      </Button>
    </div>
  );
}
