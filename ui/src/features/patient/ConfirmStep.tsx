import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { answers, isOver, useAnswer, useDeed, useJob } from "../../app/queries";
import { common, patient } from "../../backend";
import type { DoctorCard, IdentifiesView, ShareDraft, SharePreview, SpaceView } from "../../backend/types";
import { type MessageKey, t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Disclosure } from "../../shared/components/Disclosure";
import { Facts } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { JobProgress, Skeleton } from "../../shared/components/Waiting";
import { fullDate } from "../../shared/format/dates";
import { kindsInWords } from "../../shared/records/words";
import { forgetRoom } from "../room/queries";
import { PreviewRoom } from "../room/Room";
import { IdentifyingList } from "./IdentifyingList";
import type { Choices } from "./ShareNew";
import { StaysList } from "./StaysList";
import { untilSeconds } from "./Until";
import { useApart } from "./travel";

/** "What Dr X will see", from the doctor's own code path, and then the decision. */
export function ConfirmStep({
  choices,
  doctor,
  space,
  job,
  onJob,
  onDone,
}: {
  choices: Choices;
  doctor: DoctorCard;
  space: SpaceView;
  /** The running share, kept by the wizard. */
  job: string | undefined;
  onJob: (job: string | undefined) => void;
  onDone: (share: string) => void;
}) {
  const draft = draftOf(choices);
  const apart = useApart();
  const preview = useAnswer(["once", "preview", draft], () => patient.sharePreview(draft as ShareDraft), {
    enabled: draft !== undefined,
  });
  const id = preview.data?.id;
  useEffect(() => {
    if (id === undefined) return undefined;
    // What was put together for the preview is not kept longer than it is looked at.
    return () => {
      patient.sharePreviewEnd({ id }).catch(() => undefined);
      answers.removeQueries({
        queryKey: ["once", "preview"],
        predicate: (query) => (query.state.data as SharePreview | undefined)?.id === id,
      });
      forgetRoom({ kind: "preview", id });
    };
  }, [id]);
  const create = useMutation({ mutationFn: patient.shareCreate, networkMode: "always", onSuccess: onJob });
  if (!draft) return <p>{t("share.chooseAgain")}</p>;
  if (job)
    return (
      <Sharing
        id={job}
        name={doctor.name}
        onDone={onDone}
        onAgain={() => {
          onJob(undefined);
        }}
      />
    );
  return (
    <div className="stack stack-fill">
      <Facts
        facts={[
          { label: t("share.with"), value: `${doctor.name}, ${doctor.role}, ${doctor.organisation}` },
          { label: t("share.space"), value: space.name },
          { label: t("share.kinds"), value: kindsInWords(draft.categories) },
          { label: t("share.purpose"), value: t(`purpose.${draft.purpose}`) },
          { label: t("share.endsOn"), value: fullDate(draft.until) },
        ]}
      />
      <Loaded query={preview} lines={8}>
        {(known) =>
          apart === undefined ? (
            <Skeleton lines={8} />
          ) : (
            <>
              <PreviewWarnings preview={known} />
              {apart && <Notice>{t("preview.apart")}</Notice>}
              <section className="box preview" aria-label={t("preview.heading", { name: doctor.name })}>
                <h2>{t("preview.heading", { name: doctor.name })}</h2>
                <p className="soft">
                  {t(known.showsName ? "preview.asName" : "preview.asPseudonym", { name: known.shownAs })}
                </p>
                <div className="preview-chart">
                  <PreviewRoom id={known.id} person={known.shownAs} />
                </div>
              </section>
              {create.isError && <Failure error={create.error} />}
              <p>{t("preview.afterwards", { name: doctor.name, date: fullDate(draft.until) })}</p>
              <div className="actions">
                <Button
                  look="primary"
                  icon="share"
                  isPending={create.isPending}
                  onPress={() => {
                    create.mutate(draft);
                  }}
                >
                  {t("preview.share", { n: known.records, name: doctor.name })}
                </Button>
              </div>
            </>
          )
        }
      </Loaded>
    </div>
  );
}

/** The draft as the core wants it, once every question is answered. */
export function draftOf(choices: Choices): ShareDraft | undefined {
  const until = untilSeconds(choices.until);
  const { spaceId, doctor, purpose, categories, acceptChangedKey } = choices;
  if (!spaceId || !doctor || !purpose || until === undefined || categories.length === 0) return undefined;
  return { spaceId, doctor, categories, purpose, until, acceptChangedKey };
}

/** What still says who she is, and what was taken out. */
function PreviewWarnings({ preview }: { preview: SharePreview }) {
  const removed = Object.entries(preview.removed).filter(([, n]) => n > 0);
  return (
    <div className="stack stack-fill">
      {!preview.showsName && preview.freeText.length > 0 && (
        <Notice tone="caution" title={t("preview.freeText", { n: preview.freeText.length })}>
          <p>{t("preview.freeTextHint")}</p>
          <IdentifyingList items={preview.freeText} />
        </Notice>
      )}
      {preview.identifies.length > 0 && (
        <Notice
          tone={preview.showsName ? "calm" : "caution"}
          title={t(preview.showsName ? "preview.identifiesNamed" : "preview.identifies", {
            n: preview.identifies.length,
          })}
        >
          <p>{countsByKind(preview.identifies)}</p>
          <Disclosure label={t("preview.identifiesShow")} level={2}>
            <IdentifyingList items={preview.identifies} />
          </Disclosure>
        </Notice>
      )}
      <StaysList preview={preview} />
      {removed.length > 0 && (
        <Notice tone="good" title={t("preview.removed")}>
          <ul>
            {removed.map(([what, n]) => (
              <li key={what}>{t("preview.removedLine", { what: identifierWords(what), n })}</li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}

/** "Name: 34 · Address: 2", most first. */
function countsByKind(items: IdentifiesView[]): string {
  const counts = new Map<string, number>();
  for (const { what } of items) counts.set(what, (counts.get(what) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([what, n]) => t("preview.removedLine", { what: identifierWords(what), n }))
    .join(" · ");
}

/** A code of what identifies, in words; a code the catalogue does not know is called what it is. */
export function identifierWords(what: string): string {
  const key = `identifies.${what}` as MessageKey;
  const words = t(key);
  return words === key ? t("identifies.other") : words;
}

function Sharing({
  id,
  name,
  onDone,
  onAgain,
}: {
  id: string;
  name: string;
  onDone: (share: string) => void;
  onAgain: () => void;
}) {
  const job = useJob(id);
  const cancel = useDeed(common.jobCancel);
  const result = job?.state === "done" ? job.result : undefined;
  useEffect(() => {
    if (result === undefined) return;
    void answers.invalidateQueries({
      predicate: (query) => query.queryKey[0] !== "once" && query.queryKey[0] !== "job",
    });
    onDone(result ?? "");
  }, [result, onDone]);
  if (!job) return null;
  if (!isOver(job))
    return (
      <div className="stack stack-fill">
        <p>{t("sharing.now", { name })}</p>
        <JobProgress
          job={job}
          onCancel={() => {
            cancel.mutate({ job: id });
          }}
        />
      </div>
    );
  return (
    <div className="stack">
      {job.state === "failed" && <Failure error={job.error} />}
      {job.state === "cancelled" && <Notice title={t("sharing.cancelled", { name })} />}
      {job.state !== "done" && <Button onPress={onAgain}>{t("sharing.again")}</Button>}
    </div>
  );
}
