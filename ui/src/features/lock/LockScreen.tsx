import { useState } from "react";
import { answers } from "../../app/queries";
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
  const send = () => {
    unlock.mutate({ passphrase: session.passphraseSet ? passphrase : null });
  };
  return (
    <Letter>
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Heading still={session.passphraseSet}>{t("lock.heading", { name: session.profileName })}</Heading>
        <p className="page-lead">{t("lock.lead")}</p>
        {unlock.isError &&
          (session.passphraseSet && isPassphrase(unlock.error) ? (
            <Failure error={unlock.error} />
          ) : (
            <Unopened error={unlock.error} onRetry={send} kitWay={<KitWay />} />
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
          <Button look="quiet" onPress={() => void common.profilesShow()}>
            {t("settings.others")}
          </Button>
        </div>
        <KeyringWait waiting={unlock.isPending} />
      </Form>
      <p className="soft small">
        {t(session.passphraseSet ? "lock.protects.with" : "lock.protects.without")}
      </p>
      {session.passphraseSet && <Forgotten kitWay={<KitWay />} />}
    </Letter>
  );
}

const isPassphrase = (error: unknown): boolean =>
  ["passphrase-wrong", "passphrase-needed", "field"].includes(asAppError(error)?.code ?? "");

/** A profile is brought back in the first window; this one belongs to the locked profile. */
function KitWay() {
  return (
    <Button icon="key" onPress={() => void common.profilesShow()}>
      {t("forgotten.go")}
    </Button>
  );
}
