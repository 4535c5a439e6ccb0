import { useEffect, useRef } from "react";
import { Label, ProgressBar } from "react-aria-components";
import type { JobView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { announce } from "../announce";
import { commas, timeLeft } from "../format/dates";
import { Button } from "./Button";

/** The shape of what will come, two lines to a row, so that nothing jumps when it does. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  return (
    <div className="skeleton" role="status" aria-label={t("waiting.loading")}>
      {Array.from({ length: Math.ceil(lines / 2) }, (_, index) => (
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
  writing: "job.writing",
  fetching: "job.fetching",
  restoring: "job.restoring",
  renewing: "job.renewing",
  erasing: "job.erasing",
  finished: "job.finished",
} as const satisfies Record<JobView["stage"], string>;

/** An estimate that wavers is not told each time: at most so often, in milliseconds. */
const quiet = 30_000;

/**
 * Tells a screen reader the time left when it is first known and when its words change, which they do by the minute.
 * What stands inside a progress bar is a picture to it.
 */
function useTimeTold(left: string | undefined): void {
  const told = useRef<{ words: string; at: number }>(undefined);
  useEffect(() => {
    if (left === undefined || left === told.current?.words) return;
    const now = Date.now();
    if (told.current && now - told.current.at < quiet) return;
    told.current = { words: left, at: now };
    announce(left);
  });
}

/** Long work: what it is doing, how far it is, and a way to stop it (where there is one). */
export function JobProgress({ job, onCancel }: { job: JobView; onCancel?: () => void }) {
  const known = job.total > 0;
  const count = known ? t("job.count", { done: job.done, total: job.total }) : undefined;
  const left = job.secondsLeft !== null && job.secondsLeft > 0 ? timeLeft(job.secondsLeft) : undefined;
  useTimeTold(left);
  return (
    <div className="panel">
      <ProgressBar
        className="progress"
        value={job.done}
        maxValue={Math.max(job.total, 1)}
        isIndeterminate={!known}
        {...(count === undefined ? {} : { valueLabel: commas(left === undefined ? [count] : [count, left]) })}
      >
        {({ percentage }) => (
          <>
            <span className="progress-words">
              <Label className="strong">{t(stages[job.stage])}</Label>
              <span className="soft figures">{left}</span>
            </span>
            <div className="progress-track">
              <div
                className={known ? "progress-fill" : "progress-fill unknown"}
                style={known ? { inlineSize: `${String(percentage ?? 0)}%` } : undefined}
              />
            </div>
            <span className="progress-words soft small figures">{count}</span>
          </>
        )}
      </ProgressBar>
      {onCancel && (
        <Button icon="cross" onPress={onCancel}>
          {t("action.cancel")}
        </Button>
      )}
    </div>
  );
}
