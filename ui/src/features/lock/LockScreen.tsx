import { useState } from "react";
import { answers } from "../../app/queries";
import { common } from "../../backend";
import type { SessionView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { useMutation } from "@tanstack/react-query";
import { Button } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { TextField } from "../../shared/components/Fields";
import { Heading } from "../../shared/components/Page";
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
  return (
    <Letter>
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          unlock.mutate({ passphrase: session.passphraseSet ? passphrase : null });
        }}
      >
        <Heading still={session.passphraseSet}>{t("lock.heading", { name: session.profileName })}</Heading>
        <p className="page-lead">{t("lock.lead")}</p>
        {unlock.isError && <Failure error={unlock.error} />}
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
        <Button look="primary" icon="key" type="submit" isPending={unlock.isPending}>
          {t("lock.unlock")}
        </Button>
      </Form>
    </Letter>
  );
}
