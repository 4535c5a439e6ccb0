import { useMutation } from "@tanstack/react-query";
import { answers, isOver, useAnswer, useJob } from "../../app/queries";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Notice } from "../../shared/components/Notice";
import { commas } from "../../shared/format/dates";
import { failureWords } from "../../shared/failures";
import { type Waiting, importKey, letWait, startImport, waitNoMore, waitingKey } from "./importing";

/** What was dropped while it could not be added: by name, why not, and the way to add it. */
export function ImportWaiting() {
  const id = useAnswer<string | null>(importKey, () =>
    Promise.resolve(answers.getQueryData<string>(importKey) ?? null),
  );
  const job = useJob(id.data ?? undefined);
  const busy = job !== undefined && !isOver(job);
  const { data } = useAnswer<Waiting[]>(waitingKey, () =>
    Promise.resolve(answers.getQueryData<Waiting[]>(waitingKey) ?? []),
  );
  return data?.map((each) => <One key={each.selection.token} waiting={each} busy={busy} />);
}

function One({ waiting: { selection, error }, busy }: { waiting: Waiting; busy: boolean }) {
  const add = useMutation({
    mutationFn: startImport,
    networkMode: "always",
    onError: (refused) => {
      letWait(selection, refused);
    },
  });
  const { what, mend } = failureWords(error);
  return (
    <Notice
      tone="caution"
      title={t("import.waiting", { names: commas(selection.names), n: selection.names.length })}
      alert
    >
      <p>{t("list.then", { first: what, then: busy ? t("import.waitingBusy") : mend })}</p>
      <div className="actions">
        <Button
          icon="add"
          isDisabled={busy}
          isPending={add.isPending}
          onPress={() => {
            add.mutate(selection);
          }}
        >
          {t("import.waitingAdd")}
        </Button>
        <Button
          look="quiet"
          onPress={() => {
            waitNoMore(selection);
          }}
        >
          {t("import.waitingLeave")}
        </Button>
      </div>
    </Notice>
  );
}
