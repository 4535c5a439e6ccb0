import type { UseMutationResult } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { t } from "../../locales/i18n";
import type { IconName } from "../icons";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Failure } from "./Failure";
import { TextField } from "./Fields";

interface DecisionProps<Input> {
  /** The button that asks. Without a question (`ask` false) pressing it does the deed at once. */
  verb: string;
  /** What it is called where the verb alone does not say of what: begins with the verb. */
  label?: string;
  icon: IconName;
  look?: "plain" | "primary" | "quiet";
  ask?: boolean;
  /** A question a person would ask, and in `children` what follows from a yes. */
  heading: string;
  children: ReactNode;
  confirm: string;
  keep: string;
  tone?: "danger" | "primary";
  deed: Pick<UseMutationResult<unknown, unknown, Input>, "mutate" | "isPending" | "isError" | "error">;
  /** What the deed needs; nothing while an answer is missing, which then shows what is (`tried`). */
  input: () => Input | undefined;
  onAsk?: () => void;
}

/**
 * A deed that is asked about once: button, question, consequence, yes and no. It closes by the deed's success, which
 * takes the button away or moves on; a failure is said inside, with everything kept.
 */
export function Decision<Input>({ deed, input, ...props }: DecisionProps<Input>) {
  const [asking, setAsking] = useState(false);
  const { verb, icon, look = "plain", ask = true, heading, children, confirm, keep, tone = "danger" } = props;
  const close = () => {
    setAsking(false);
  };
  const go = () => {
    props.onAsk?.();
    const known = input();
    if (known !== undefined) deed.mutate(known, { onSuccess: close });
    else toWhatIsOpen();
  };
  return (
    <>
      <Button
        look={look}
        icon={icon}
        aria-label={props.label}
        isPending={deed.isPending}
        onPress={
          ask
            ? () => {
                setAsking(true);
              }
            : go
        }
      >
        {verb}
      </Button>
      {deed.isError && !asking && <Failure error={deed.error} />}
      <Dialog
        heading={heading}
        isOpen={asking}
        onClose={close}
        actions={
          <Answers
            isPending={deed.isPending}
            tone={tone}
            confirm={confirm}
            keep={keep}
            onConfirm={go}
            onKeep={close}
          />
        }
      >
        {children}
        <Failed deed={deed} />
      </Dialog>
    </>
  );
}

/** Where an answer is missing there may be a long way from the button that was pressed, in the question or on the page. */
function toWhatIsOpen(): void {
  requestAnimationFrame(() => {
    const open = (document.querySelector(".dialog") ?? document).querySelector(".has-error");
    open?.querySelector<HTMLElement>("input, textarea")?.focus();
    open?.scrollIntoView({ block: "nearest" });
  });
}

/** Why the deed failed, if it did: in sight when it comes. */
export function Failed({ deed }: { deed: Pick<DecisionProps<never>["deed"], "isError" | "error"> }) {
  const words = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (deed.isError) words.current?.scrollIntoView?.({ block: "nearest" });
  }, [deed.isError]);
  if (!deed.isError) return null;
  return (
    <div ref={words}>
      <Failure error={deed.error} />
    </div>
  );
}

/** Yes and no under a question, in verbs. */
export function Answers({
  isPending,
  tone,
  confirm,
  keep,
  onConfirm,
  onKeep,
}: {
  isPending: boolean;
  tone: "danger" | "primary";
  confirm: string;
  keep: string;
  onConfirm: () => void;
  onKeep: () => void;
}) {
  return (
    <div className="actions">
      <Button look={tone} isPending={isPending} onPress={onConfirm}>
        {confirm}
      </Button>
      <Button onPress={onKeep}>{keep}</Button>
    </div>
  );
}

/** A reason that has to be given: one field, one rule, wherever a reason is asked for. */
export function useReason(): { field: ReactNode; reason: () => string | undefined } {
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const given = text.trim();
  return {
    field: (
      <TextField
        label={t("field.reason")}
        value={text}
        onChange={setText}
        maxLength={200}
        error={tried && given === "" ? t("field.reason.needed") : undefined}
      />
    ),
    reason: () => {
      setTried(true);
      return given === "" ? undefined : given;
    },
  };
}
