import { useState } from "react";
import { answers, useDeed } from "../../app/queries";
import { asAppError, common } from "../../backend";
import type { SessionView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { useMutation } from "@tanstack/react-query";
import { Button } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { TextField } from "../../shared/components/Fields";
import { Forgotten } from "../../shared/components/Forgotten";
import { KeyringWait } from "../../shared/components/KeyringWait";
import { Heading } from "../../shared/components/Page";
import { Unopened } from "../../shared/components/Unopened";
import { Form } from "../../shared/forms";
import { Letter } from "../welcome/Letter";

/** All that is left in the page while the profile is locked. */
export function LockScreen({ session }: { session: SessionView }) {
  const [passphrase, setPassphrase] = useState("");
  const unlock = useMutation({
    mutationFn: common.unlock,
    networkMode: "always",
    onSuccess: (next) => {
      answers.setQueryData(["session"], next);
    },
    onError: () => {
      setPassphrase("");
    },
  });
  const others = useDeed(common.profilesShow);
  const send = () => {
    unlock.mutate({ passphrase: session.passphraseSet ? passphrase : null });
  };
  const toFirstWindow = () => {
    others.mutate(undefined);
  };
  // A profile is brought back, or begun anew, in the first window.
  const way = (
    <Button icon="key" onPress={toFirstWindow}>
      {t("forgotten.go")}
    </Button>
  );
  return (
    <Letter>
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Heading still={session.passphraseSet}>{t("lock.heading", { name: session.profileName })}</Heading>
        <p className="page-lead">{t("lock.lead", { role: session.role })}</p>
        {unlock.isError &&
          (session.passphraseSet && isPassphrase(unlock.error) ? (
            <Failure error={unlock.error} />
          ) : (
            <Unopened error={unlock.error} role={session.role} onRetry={send} way={way} />
          ))}
        {session.passphraseSet && (
          <TextField
            label={t("lock.passphrase")}
            type="password"
            value={passphrase}
            onChange={setPassphrase}
            autoComplete="current-password"
            autoFocus
          />
        )}
        <div className="actions">
          <Button look="primary" icon="key" type="submit" isPending={unlock.isPending}>
            {t("lock.unlock")}
          </Button>
          <Button look="quiet" isPending={others.isPending} onPress={toFirstWindow}>
            {t("settings.others")}
          </Button>
        </div>
        <KeyringWait waiting={unlock.isPending} />
        {others.isError && <Failure error={others.error} />}
      </Form>
      <div className="stack stack-tight soft small">
        <p>{t(session.passphraseSet ? "lock.protects.with" : "lock.protects.without")}</p>
        {!session.passphraseSet && <p>{t("lock.passphraseAdvice")}</p>}
        <p>{t("lock.byItself", { n: session.autoLockMinutes })}</p>
      </div>
      {session.passphraseSet && (
        <Forgotten role={session.role} way={way}>
          <p>{t("removal.there")}</p>
        </Forgotten>
      )}
    </Letter>
  );
}

const isPassphrase = (error: unknown): boolean =>
  ["passphrase-wrong", "passphrase-needed", "field"].includes(asAppError(error)?.code ?? "");
