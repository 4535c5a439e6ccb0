import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useDeed } from "../../app/queries";
import { href, navigate } from "../../app/router";
import { desk } from "../../backend";
import type { PersonDraft, PersonRow } from "../../backend/types";
import { t } from "../../locales/i18n";
import { announce } from "../../shared/announce";
import { Button } from "../../shared/components/Button";
import { Facts } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { Notice } from "../../shared/components/Notice";
import { Page } from "../../shared/components/Page";
import { useDraft } from "../../shared/drafts";
import { recordDate } from "../../shared/format/dates";
import { useClinic } from "./clinic";
import { PersonForm, draftOf, noPerson } from "./PersonForm";

/** Registering: fill in, check the answers, done. Similar people are shown before anything is stored. */
export function Register() {
  const clinic = useClinic();
  const [fields, setFields, dropFields] = useDraft("register", noPerson);
  const [similar, setSimilar] = useState<PersonRow[]>();
  const look = useMutation({
    mutationFn: (draft: PersonDraft) => desk.similar({ draft }),
    networkMode: "always",
    onSuccess: setSimilar,
  });
  if (similar)
    return (
      <CheckAnswers
        draft={draftOf(fields)}
        similar={similar}
        onChange={() => {
          setSimilar(undefined);
        }}
        onRegistered={dropFields}
      />
    );
  return (
    <Page key="form" heading={t("register.heading")} lead={t("register.lead")} visibility={clinic}>
      <div className="stack stack-fill">
        <PersonForm
          value={fields}
          onChange={setFields}
          verb={t("register.check")}
          pending={look.isPending}
          onDone={() => {
            look.mutate(draftOf(fields));
          }}
        />
        {look.isError && <Failure error={look.error} />}
      </div>
    </Page>
  );
}

interface CheckProps {
  draft: PersonDraft;
  similar: PersonRow[];
  onChange: () => void;
  onRegistered: () => void;
}

/** Everything once more before it counts. */
function CheckAnswers({ draft, similar, onChange, onRegistered }: CheckProps) {
  const clinic = useClinic();
  const register = useDeed(desk.register, (person) => {
    onRegistered();
    announce(t("register.done", { name: person.row.name }));
    navigate(`/people/${encodeURIComponent(person.row.id)}`, "replace");
  });
  const change = (
    <Button look="quiet" icon="edit" onPress={onChange}>
      {t("register.change")}
    </Button>
  );
  return (
    <Page key="check" heading={t("register.checkHeading")} lead={t("register.checkLead")} visibility={clinic}>
      <div className="stack stack-fill">
        {similar.length > 0 && (
          <Notice tone="caution" title={t("register.similar", { n: similar.length })} alert>
            <p>{t("register.similarHint")}</p>
            <ul className="list">
              {similar.map((row) => (
                <li key={row.id} className="list-item no-icon">
                  <a href={href(`/people/${encodeURIComponent(row.id)}`)}>
                    {t("register.openSimilar", { name: row.name })}
                  </a>
                  <span>{t("person.born", { date: recordDate(row.birthDate) })}</span>
                </li>
              ))}
            </ul>
          </Notice>
        )}
        <Facts
          facts={[
            { label: t("field.givenName"), value: draft.givenName },
            { label: t("field.familyName"), value: draft.familyName },
            { label: t("field.birthDate"), value: recordDate(draft.birthDate) },
            { label: t("field.clinicNumber"), value: draft.clinicNumber ?? t("personForm.notGiven") },
            { label: t("field.phone"), value: draft.phone ?? t("personForm.notGiven") },
          ]}
        />
        {register.isError && <Failure error={register.error} />}
        <div className="actions">
          <Button
            look="primary"
            icon="check"
            isPending={register.isPending}
            onPress={() => {
              register.mutate({ draft });
            }}
          >
            {t(similar.length > 0 ? "register.anyway" : "register.confirm")}
          </Button>
          {change}
        </div>
      </div>
    </Page>
  );
}
