import { useState } from "react";
import { answers, deskEvery, useAnswer, useDeed } from "../../app/queries";
import { navigate } from "../../app/router";
import { desk } from "../../backend";
import type { IdentityDocument, InvitationRow, PersonView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { announce } from "../../shared/announce";
import { Button, ButtonLink } from "../../shared/components/Button";
import { Decision, useReason } from "../../shared/components/Decision";
import { Facts } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { RadioGroup, TextField } from "../../shared/components/Fields";
import { Loaded } from "../../shared/components/Loaded";
import { Notice, Tag } from "../../shared/components/Notice";
import { Page, Section } from "../../shared/components/Page";
import { Form } from "../../shared/forms";
import { fullDate, fullMoment, recordDate } from "../../shared/format/dates";
import { useClinic } from "./clinic";
import { PersonForm, draftOf, fieldsOf } from "./PersonForm";

const useParamsPerson = (id: string) =>
  useAnswer(["person", id], () => desk.person({ id }), { every: deskEvery });

/** One person: what is next, what was checked, which invitations there were. */
export function PersonPage({ params }: { params: Record<string, string> }) {
  const id = params.id ?? "";
  const clinic = useClinic();
  const person = useParamsPerson(id);
  return (
    <Page
      heading={person.data ? person.data.row.name : t("title.person")}
      headingAwaited={person.isPending}
      visibility={clinic}
      back={{ to: "/people", label: t("people.heading") }}
    >
      <Loaded query={person}>{(known) => <PersonBody person={known} />}</Loaded>
    </Page>
  );
}

function PersonBody({ person }: { person: PersonView }) {
  const { row, details } = person;
  const base = `/people/${encodeURIComponent(row.id)}`;
  return (
    <>
      <div className="stack stack-fill">
        {row.withdrawn ? (
          <Notice tone="caution" title={t("person.withdrawn")}>
            {person.withdrawnReason ?? ""}
          </Notice>
        ) : (
          <NextThing person={person} />
        )}
      </div>
      <Section
        heading={t("person.details")}
        actions={
          !row.withdrawn && (
            <ButtonLink to={`${base}/correct`} look="quiet" icon="edit">
              {t("correct.verb")}
            </ButtonLink>
          )
        }
      >
        <Facts
          facts={[
            { label: t("field.givenName"), value: details.givenName },
            { label: t("field.familyName"), value: details.familyName },
            { label: t("field.birthDate"), value: recordDate(details.birthDate) },
            details.clinicNumber !== null && { label: t("field.clinicNumber"), value: details.clinicNumber },
            details.phone !== null && { label: t("field.phone"), value: details.phone },
            { label: t("person.registered"), value: fullDate(person.registered) },
          ]}
        />
      </Section>
      <Checks person={person} />
      <Invitations person={person} />
      {!row.withdrawn && <Withdraw person={person} />}
    </>
  );
}

/** The one thing to do next, at the top. */
function NextThing({ person }: { person: PersonView }) {
  const { row } = person;
  switch (row.next) {
    case "checkIdentity":
      return (
        <Notice tone="task" title={t("next.checkIdentity")}>
          <CheckIdentity id={row.id} />
        </Notice>
      );
    case "invite":
    case "inviteAgain":
      return (
        <Notice tone="task" title={t(`next.${row.next}`)}>
          <p>{t(row.next === "invite" ? "next.inviteHint" : "next.inviteAgainHint")}</p>
          <Invite id={row.id} again={row.enrolled} first={row.next === "invite"} />
        </Notice>
      );
    case "awaitUse":
      return (
        <Notice title={t("next.awaitUse")}>
          <p>{t("next.awaitUseHint")}</p>
        </Notice>
      );
    case "nothing":
      return (
        <Notice tone="good" title={t("next.nothing")}>
          {t("next.nothingHint")}
        </Notice>
      );
  }
}

/** Issues an invitation; for an enrolled person only after saying that the old device stops. */
export function Invite({ id, again, first }: { id: string; again: boolean; first: boolean }) {
  const invite = useDeed(desk.invite, (issued) => {
    answers.setQueryData(["once", "invitation", id], issued);
    navigate(`/people/${encodeURIComponent(id)}/invitation`);
  });
  return (
    <Decision
      verb={t(first ? "invite.verb" : "invite.again")}
      icon="qr"
      look={again ? "plain" : "primary"}
      ask={again}
      heading={t("invite.reissueHeading")}
      confirm={t("invite.reissueConfirm")}
      keep={t("invite.reissueKeep")}
      deed={invite}
      input={() => ({ id })}
    >
      <p>{t("invite.reissueWhat")}</p>
    </Decision>
  );
}

const documents = [
  "passport",
  "identityCard",
  "drivingLicence",
  "residencePermit",
  "knownInPerson",
  "other",
] as const satisfies readonly IdentityDocument[];

/** Records the kind of document that was looked at; never its number. */
function CheckIdentity({ id }: { id: string }) {
  const [document, setDocument] = useState<IdentityDocument>();
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const check = useDeed(desk.checkIdentity, () => {
    announce(t("check.done"));
  });
  const noteMissing = document === "other" && note.trim() === "";
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (document && !noteMissing) check.mutate({ id, document, note: note.trim() || null });
      }}
    >
      <RadioGroup<IdentityDocument>
        label={t("check.label")}
        hint={t("check.hint")}
        across
        value={document}
        error={tried && !document ? t("check.missing") : undefined}
        choices={documents.map((value) => ({ value, title: t(`document.${value}`) }))}
        onChange={setDocument}
      />
      <TextField
        label={t(document === "other" ? "check.noteOther" : "check.note")}
        hint={t("check.noteHint")}
        value={note}
        onChange={setNote}
        maxLength={200}
        error={tried && noteMissing ? t("check.noteMissing") : undefined}
      />
      {check.isError && <Failure error={check.error} />}
      <Button look="primary" icon="check" type="submit" isPending={check.isPending}>
        {t("check.verb")}
      </Button>
    </Form>
  );
}

function Checks({ person }: { person: PersonView }) {
  const [again, setAgain] = useState(false);
  const mayRepeat = !person.row.withdrawn && person.row.next !== "checkIdentity";
  return (
    <Section
      heading={t("check.heading")}
      actions={
        mayRepeat &&
        !again && (
          <Button
            look="quiet"
            onPress={() => {
              setAgain(true);
            }}
          >
            {t("check.again")}
          </Button>
        )
      }
    >
      {again && mayRepeat && <CheckIdentity key={person.checks.length} id={person.row.id} />}
      {person.checks.length === 0 ? (
        <p className="soft">{t("check.none")}</p>
      ) : (
        <ul className="list">
          {person.checks.map((check) => (
            <li key={check.at} className="list-item no-icon">
              <div className="list-main">
                <span className="strong">{t(`document.${check.document}`)}</span>
                {check.note !== null && <span>{check.note}</span>}
              </div>
              <span className="list-side">
                {t("check.by", { who: check.by, when: fullMoment(check.at) })}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Invitations({ person }: { person: PersonView }) {
  const withdraw = useDeed(desk.withdrawInvitation, () => {
    announce(t("invite.withdrawn"));
  });
  const { row } = person;
  const mayInvite =
    !row.withdrawn && row.next !== "checkIdentity" && row.next !== "invite" && row.next !== "inviteAgain";
  return (
    <Section
      heading={t("invite.heading")}
      actions={mayInvite && <Invite id={row.id} again={row.enrolled} first={false} />}
    >
      {withdraw.isError && <Failure error={withdraw.error} />}
      {person.invitations.length === 0 ? (
        <p className="soft">{t("invite.none")}</p>
      ) : (
        <ul className="list">
          {person.invitations.map((invitation) => (
            <li key={invitation.id} className="list-item no-icon">
              <div className="list-main">
                <span className="row">
                  <Tag
                    tone={
                      invitation.state === "used"
                        ? "good"
                        : invitation.state === "open"
                          ? "action"
                          : "caution"
                    }
                  >
                    {t(`invitation.${invitation.state}`)}
                  </Tag>
                </span>
                <span className="soft small">{invitationTimes(invitation)}</span>
              </div>
              {invitation.state === "open" && (
                <Button
                  look="quiet"
                  icon="stop"
                  isPending={withdraw.isPending}
                  onPress={() => {
                    withdraw.mutate({ id: row.id });
                  }}
                >
                  {t("invite.withdraw")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function invitationTimes(row: InvitationRow): string {
  const issued = t("invite.issued", { when: fullMoment(row.issued) });
  if (row.used !== null) return `${issued} · ${t("invite.used", { when: fullMoment(row.used) })}`;
  return `${issued} · ${t(row.state === "open" ? "invite.expires" : "invite.expired", { when: fullMoment(row.expires) })}`;
}

/** Takes a person out of the register, with a reason and its consequence. */
function Withdraw({ person }: { person: PersonView }) {
  const { field, reason } = useReason();
  const withdraw = useDeed(desk.withdrawPerson, () => {
    announce(t("withdraw.done"));
  });
  return (
    <Section heading={t("withdraw.section")}>
      <p className="soft">{t("withdraw.hint")}</p>
      <div>
        <Decision
          verb={t("withdraw.verb")}
          icon="stop"
          heading={t("withdraw.heading", { name: person.row.name })}
          confirm={t("withdraw.confirm")}
          keep={t("withdraw.keep")}
          deed={withdraw}
          input={() => {
            const given = reason();
            return given === undefined ? undefined : { id: person.row.id, reason: given };
          }}
        >
          <p>{t("withdraw.what")}</p>
          {field}
        </Decision>
      </div>
    </Section>
  );
}

/** Correcting what was typed. */
export function CorrectPerson({ params }: { params: Record<string, string> }) {
  const id = params.id ?? "";
  const clinic = useClinic();
  const person = useParamsPerson(id);
  return (
    <Page
      heading={t("correct.heading")}
      lead={t("correct.lead")}
      visibility={clinic}
      back={{ to: `/people/${encodeURIComponent(id)}`, label: t("correct.back") }}
    >
      <Loaded query={person}>{(known) => <CorrectForm person={known} />}</Loaded>
    </Page>
  );
}

function CorrectForm({ person }: { person: PersonView }) {
  const [fields, setFields] = useState(() => fieldsOf(person.details));
  const correct = useDeed(desk.correct, () => {
    announce(t("correct.done"));
    navigate(`/people/${encodeURIComponent(person.row.id)}`);
  });
  return (
    <div className="stack stack-fill">
      <PersonForm
        value={fields}
        onChange={setFields}
        verb={t("correct.save")}
        pending={correct.isPending}
        onDone={() => {
          correct.mutate({ id: person.row.id, draft: draftOf(fields) });
        }}
      />
      {correct.isError && <Failure error={correct.error} />}
    </div>
  );
}
