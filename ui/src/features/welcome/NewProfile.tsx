import { useState } from "react";
import { z } from "../../shared/zod";
import { useDeed } from "../../app/queries";
import { href, navigate } from "../../app/router";
import { welcome } from "../../backend";
import type { ProfileSummary, Role } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { TextField } from "../../shared/components/Fields";
import { KeyringWait } from "../../shared/components/KeyringWait";
import { Heading } from "../../shared/components/Page";
import { PassphraseFields, noPassphrase, passphraseFaults } from "../../shared/components/Passphrase";
import { ErrorSummary, Form, useChecks } from "../../shared/forms";
import { Icon } from "../../shared/icons";
import { Letter } from "./Letter";

const isRole = (text: string | undefined): text is Role =>
  text === "patient" || text === "doctor" || text === "desk";

const person = z.object({
  name: z.string().trim().min(1, "welcome.nameMissing").max(80, "welcome.nameTooLong"),
  clinicName: z.string(),
});
const clinic = z.object({
  clinicName: z.string().trim().min(1, "welcome.clinicNameMissing").max(80, "welcome.nameTooLong"),
  name: z.string().trim().min(1, "welcome.operatorMissing").max(80, "welcome.nameTooLong"),
});

/** A new profile on this computer, or a new clinic with its first desk. */
export function NewProfile({ params }: { params: Record<string, string> }) {
  const role = isRole(params.role) ? params.role : "patient";
  return (
    <Letter
      beside={
        <a className="back" href={href("/")}>
          <Icon name="back" />
          <span>{t("action.back")}</span>
        </a>
      }
    >
      <ProfileForm key={role} role={role} />
    </Letter>
  );
}

function ProfileForm({ role }: { role: Role }) {
  const [values, setValues] = useState({ name: "", clinicName: "" });
  const [passphrase, setPassphrase] = useState(noPassphrase);
  const [tried, setTried] = useState(false);
  const isDesk = role === "desk";
  const { errors, submit, summary } = useChecks(isDesk ? clinic : person, values);
  const create = useDeed(make, () => {
    navigate("/", "replace");
  });
  const send = submit(() => {
    create.mutate({ role, values, passphrase: passphrase.wanted ? passphrase.first : null });
  });
  const field = (name: "name" | "clinicName", label: string, hint: string) => (
    <TextField
      label={label}
      hint={hint}
      value={values[name]}
      error={errors[name]}
      maxLength={100}
      onChange={(next) => {
        setValues({ ...values, [name]: next });
      }}
    />
  );
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(passphraseFaults(passphrase)).length === 0) send(event);
      }}
    >
      <Heading>{t(`welcome.${role}.heading`)}</Heading>
      <p className="page-lead">{t(`welcome.${role}.lead`)}</p>
      <ErrorSummary errors={errors} at={summary} />
      {isDesk && field("clinicName", t("field.clinicName"), t("welcome.clinicNameHint"))}
      {field(
        "name",
        t(isDesk ? "field.operatorName" : "field.profileName"),
        t(isDesk ? "welcome.operatorHint" : "welcome.nameHint"),
      )}
      <PassphraseFields value={passphrase} onChange={setPassphrase} tried={tried} />
      {create.isError && <Failure error={create.error} />}
      <Button look="primary" type="submit" isPending={create.isPending}>
        {t(`welcome.${role}.create`)}
      </Button>
      <KeyringWait waiting={create.isPending} />
    </Form>
  );
}

interface Wanted {
  role: Role;
  values: { name: string; clinicName: string };
  passphrase: string | null;
}

/** Makes the profile and opens its window. */
async function make({ role, values, passphrase }: Wanted): Promise<ProfileSummary> {
  const name = values.name.trim();
  const made =
    role === "desk"
      ? await welcome.clinicSetup({ clinicName: values.clinicName.trim(), operatorName: name, passphrase })
      : await welcome.profileCreate({ role, name, passphrase });
  await welcome.profileOpen({ id: made.id, passphrase });
  return made;
}
