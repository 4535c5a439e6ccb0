import { useState } from "react";
import { z } from "../../shared/zod";
import { answers, deskEvery, useAnswer, useDeed } from "../../app/queries";
import { href, navigate } from "../../app/router";
import { desk } from "../../backend";
import type { ClinicianRow, ClinicianState } from "../../backend/types";
import { t } from "../../locales/i18n";
import { announce } from "../../shared/announce";
import { Button, ButtonLink } from "../../shared/components/Button";
import { Decision, useReason } from "../../shared/components/Decision";
import { Facts, HexGroups } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { TextField } from "../../shared/components/Fields";
import { Loaded } from "../../shared/components/Loaded";
import { Notice, Tag } from "../../shared/components/Notice";
import { Empty, Page } from "../../shared/components/Page";
import { arrowKeys } from "../../shared/arrowKeys";
import { useDraft } from "../../shared/drafts";
import { ErrorSummary, Form, useChecks } from "../../shared/forms";
import { commas, fullDate } from "../../shared/format/dates";
import { Monogram } from "../../shared/components/Monogram";
import { useClinic } from "./clinic";

const tones = {
  invited: "action",
  invitationOver: "caution",
  certified: "good",
  removed: undefined,
} as const satisfies Record<ClinicianState, string | undefined>;

const useClinicians = () => useAnswer(["clinicians"], desk.clinicians, { every: deskEvery });

/** Who may be shared with. */
export function Clinicians() {
  const clinic = useClinic();
  const clinicians = useClinicians();
  return (
    <Page
      heading={t("clinicians.heading")}
      lead={t("clinicians.lead")}
      visibility={clinic}
      actions={
        <ButtonLink to="/clinicians/enrol" look="primary" icon="add">
          {t("enrol.verb")}
        </ButtonLink>
      }
    >
      <Loaded query={clinicians}>
        {(known) =>
          known.length === 0 ? (
            <Empty
              icon="doctor"
              heading={t("clinicians.none")}
              action={<ButtonLink to="/clinicians/enrol">{t("enrol.verb")}</ButtonLink>}
            >
              {t("clinicians.noneHint")}
            </Empty>
          ) : (
            <ul className="list" onKeyDown={arrowKeys}>
              {known.map((row) => (
                <li key={row.id} className="list-item">
                  <Monogram name={row.details.name} />
                  <div className="list-main">
                    <span className="list-title">
                      <a href={href(`/clinicians/${encodeURIComponent(row.id)}`)}>{row.details.name}</a>
                    </span>
                    <span className="soft">{commas([row.details.role, row.details.organisation])}</span>
                  </div>
                  <div className="list-side">
                    <StateTag state={row.state} />
                    {row.validUntil !== null && row.state === "certified" && (
                      <div>{t("share.until", { date: fullDate(row.validUntil) })}</div>
                    )}
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}

function StateTag({ state }: { state: ClinicianState }) {
  const tone = tones[state];
  return <Tag {...(tone ? { tone } : {})}>{t(`clinician.${state}`)}</Tag>;
}

const schema = z.object({
  name: z.string().trim().min(1, "enrol.nameMissing").max(120, "personForm.tooLong"),
  role: z.string().trim().min(1, "enrol.roleMissing").max(120, "personForm.tooLong"),
  organisation: z.string().trim().min(1, "enrol.organisationMissing").max(120, "personForm.tooLong"),
  registrationNumber: z.string().max(60, "personForm.tooLong"),
});

const nobody = { name: "", role: "", organisation: "", registrationNumber: "" };

/** Enrolling a clinician: fill in, check, and an invitation is made. */
export function EnrolClinician() {
  const clinic = useClinic();
  const organisation = clinic.kind === "clinic" ? clinic.name : "";
  const [fields, setFields, dropFields] = useDraft("enrol", { ...nobody, organisation });
  const [checking, setChecking] = useState(false);
  const { errors, submit, summary } = useChecks(schema, fields);
  const enrol = useDeed(desk.enrolClinician, (issued) => {
    dropFields();
    answers.setQueryData(["once", "invitation", "new"], issued);
    navigate("/clinicians/new/invitation", "replace");
  });
  const field = (name: keyof typeof nobody, hint?: string) => (
    <TextField
      label={t(name === "name" ? "field.nameWithTitle" : `field.${name}`)}
      {...(hint ? { hint } : {})}
      value={fields[name]}
      error={errors[name]}
      maxLength={120}
      onChange={(next) => {
        setFields({ ...fields, [name]: next });
      }}
    />
  );
  if (checking)
    return (
      <Page key="check" heading={t("register.checkHeading")} lead={t("enrol.checkLead")} visibility={clinic}>
        <div className="stack stack-fill">
          <Facts
            facts={[
              { label: t("field.nameWithTitle"), value: fields.name.trim() },
              { label: t("field.role"), value: fields.role.trim() },
              { label: t("field.organisation"), value: fields.organisation.trim() },
              {
                label: t("field.registrationNumber"),
                value: fields.registrationNumber.trim() || t("personForm.notGiven"),
              },
            ]}
          />
          {enrol.isError && <Failure error={enrol.error} />}
          <div className="actions">
            <Button
              look="primary"
              icon="qr"
              isPending={enrol.isPending}
              onPress={() => {
                enrol.mutate({
                  draft: {
                    name: fields.name.trim(),
                    role: fields.role.trim(),
                    organisation: fields.organisation.trim(),
                    registrationNumber: fields.registrationNumber.trim() || null,
                  },
                });
              }}
            >
              {t("enrol.confirm")}
            </Button>
            <Button
              look="quiet"
              icon="edit"
              onPress={() => {
                setChecking(false);
              }}
            >
              {t("register.change")}
            </Button>
          </div>
        </div>
      </Page>
    );
  return (
    <Page
      key="form"
      heading={t("enrol.heading")}
      lead={t("enrol.lead")}
      visibility={clinic}
      back={{ to: "/clinicians", label: t("clinicians.heading") }}
    >
      <Form
        onSubmit={submit(() => {
          setChecking(true);
        })}
      >
        <ErrorSummary errors={errors} at={summary} />
        {field("name", t("enrol.nameHint"))}
        {field("role", t("enrol.roleHint"))}
        {field("organisation")}
        {field("registrationNumber", t("enrol.numberHint"))}
        <Button look="primary" type="submit">
          {t("register.check")}
        </Button>
      </Form>
    </Page>
  );
}

/** One clinician: state, key words, invite again, remove. */
export function ClinicianPage({ params }: { params: Record<string, string> }) {
  const clinic = useClinic();
  const clinicians = useClinicians();
  const row = clinicians.data?.find((each) => each.id === params.id);
  return (
    <Page
      heading={row?.details.name ?? t("title.clinician")}
      visibility={clinic}
      back={{ to: "/clinicians", label: t("clinicians.heading") }}
    >
      <Loaded query={clinicians}>
        {() =>
          row ? (
            <ClinicianBody row={row} />
          ) : (
            <Empty
              icon="doctor"
              heading={t("clinician.gone")}
              action={<ButtonLink to="/clinicians">{t("clinicians.heading")}</ButtonLink>}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

function ClinicianBody({ row }: { row: ClinicianRow }) {
  return (
    <div className="stack stack-fill">
      <Facts
        facts={[
          { label: t("clinician.state"), value: <StateTag state={row.state} /> },
          { label: t("field.role"), value: row.details.role },
          { label: t("field.organisation"), value: row.details.organisation },
          row.details.registrationNumber !== null && {
            label: t("field.registrationNumber"),
            value: row.details.registrationNumber,
          },
          row.fingerprint !== null && {
            label: t("clinician.key"),
            value: <HexGroups groups={row.fingerprint} />,
          },
          row.validUntil !== null && { label: t("doctorSelf.validUntil"), value: fullDate(row.validUntil) },
        ]}
      />
      {row.state !== "removed" && (
        <div className="actions">
          <Reinvite row={row} />
          <Remove row={row} />
        </div>
      )}
    </div>
  );
}

function Reinvite({ row }: { row: ClinicianRow }) {
  const invite = useDeed(desk.reinviteClinician, (issued) => {
    answers.setQueryData(["once", "invitation", row.id], issued);
    navigate(`/clinicians/${encodeURIComponent(row.id)}/invitation`);
  });
  return (
    <Decision
      verb={t("invite.again")}
      icon="qr"
      ask={row.state === "certified"}
      heading={t("invite.reissueHeading")}
      confirm={t("invite.reissueConfirm")}
      keep={t("invite.reissueKeep")}
      deed={invite}
      input={() => ({ id: row.id })}
    >
      <p>{t("clinician.reissueWhat", { name: row.details.name })}</p>
    </Decision>
  );
}

function Remove({ row }: { row: ClinicianRow }) {
  const { field, reason } = useReason();
  const { name } = row.details;
  const remove = useDeed(desk.removeClinician, () => {
    announce(t("remove.done", { name }));
  });
  return (
    <Decision
      verb={t("remove.verb")}
      icon="stop"
      heading={t("remove.heading", { name })}
      confirm={t("remove.confirm")}
      keep={t("remove.keep")}
      deed={remove}
      input={() => {
        const given = reason();
        return given === undefined ? undefined : { id: row.id, reason: given };
      }}
    >
      <p>{t("remove.what", { name })}</p>
      <Notice tone="caution">{t("remove.cannot")}</Notice>
      {field}
    </Decision>
  );
}
