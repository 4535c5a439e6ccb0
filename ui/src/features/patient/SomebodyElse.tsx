import type { ImportDecision, JobQuestion, PersonHint } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Dialog } from "../../shared/components/Dialog";
import { Facts } from "../../shared/components/Facts";
import { commas, recordDate } from "../../shared/format/dates";

interface Props {
  question: Extract<JobQuestion, { kind: "somebodyElse" }>;
  pending: boolean;
  onDecide: (decision: ImportDecision) => void;
}

/** A file about another person stops the import until she has decided. */
export function SomebodyElse({ question, pending, onDecide }: Props) {
  const press = (decision: ImportDecision) => () => {
    onDecide(decision);
  };
  return (
    <Dialog
      heading={t("else.heading")}
      isOpen
      mustAnswer
      onClose={() => undefined}
      actions={
        <div className="actions">
          <Button look="primary" isDisabled={pending} onPress={press("skip")}>
            {t("else.skip")}
          </Button>
          <Button isDisabled={pending} onPress={press("keep")}>
            {t("else.keep")}
          </Button>
          <Button look="quiet" isDisabled={pending} onPress={press("stop")}>
            {t("else.stop")}
          </Button>
        </div>
      }
    >
      <p>{t("else.what", { file: question.file, n: question.records })}</p>
      <Facts
        facts={[
          { label: t("else.found"), value: hint(question.found) },
          { label: t("else.expected"), value: hint(question.expected) },
        ]}
      />
    </Dialog>
  );
}

const hint = (person: PersonHint): string =>
  commas([
    person.name ?? t("else.noName"),
    person.birthDate ? t("person.born", { date: recordDate(person.birthDate) }) : t("else.noBirthDate"),
  ]);
