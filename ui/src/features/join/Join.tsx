import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { answers } from "../../app/queries";
import { navigate } from "../../app/router";
import { useSession } from "../../app/session";
import { invitation } from "../../backend";
import type { InvitationPreview, LeavesClinic, SessionView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Decision } from "../../shared/components/Decision";
import { Facts, HexGroups } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { TextField } from "../../shared/components/Fields";
import { Notice } from "../../shared/components/Notice";
import { Page } from "../../shared/components/Page";
import { pickWords } from "../../shared/dialogWords";
import { useDraft } from "../../shared/drafts";
import { Form } from "../../shared/forms";
import { fullMoment } from "../../shared/format/dates";

/** Accepting a clinic's invitation: paste, type, or choose a picture; look before accepting. */
export function Join() {
  const session = useSession();
  const role = session.role === "doctor" ? "doctor" : "patient";
  const [text, setText, dropText] = useDraft("join", "");
  const [preview, setPreview] = useState<InvitationPreview>();
  const [missing, setMissing] = useState(false);
  const read = useMutation({
    mutationFn: (given: string) => invitation.read({ text: given }),
    networkMode: "always",
    onSuccess: setPreview,
  });
  const image = useMutation({
    mutationFn: () => invitation.fromImage({ dialog: pickWords("invitation") }),
    networkMode: "always",
    onSuccess: (found) => {
      if (found === null) return;
      setText(found);
      read.mutate(found);
    },
  });
  if (preview)
    return (
      <Accept
        preview={preview}
        text={text}
        onBack={() => {
          setPreview(undefined);
        }}
        onAccepted={dropText}
      />
    );
  return (
    <Page heading={t("join.heading")} lead={t(`join.lead.${role}`)}>
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          setMissing(text.trim() === "");
          if (text.trim() !== "") read.mutate(text.trim());
        }}
      >
        <TextField
          label={t("join.text")}
          hint={t("join.hint")}
          value={text}
          onChange={setText}
          error={missing && text.trim() === "" ? t("join.missing") : undefined}
          long
          code
        />
        {read.isError && <Failure error={read.error} />}
        {image.isError && <Failure error={image.error} />}
        <div className="actions">
          <Button look="primary" type="submit" isPending={read.isPending}>
            {t("join.read")}
          </Button>
          <Button
            icon="qr"
            isPending={image.isPending}
            onPress={() => {
              image.mutate();
            }}
          >
            {t("join.image")}
          </Button>
        </div>
      </Form>
    </Page>
  );
}

/** What the invitation says, before anything is agreed to. */
function Accept({
  preview,
  text,
  onBack,
  onAccepted,
}: {
  preview: InvitationPreview;
  text: string;
  onBack: () => void;
  onAccepted: () => void;
}) {
  const accept = useMutation({
    mutationFn: (leave: boolean) => invitation.accept({ text: text.trim(), leave }),
    networkMode: "always",
    onSuccess: (session) => {
      onAccepted();
      answers.setQueryData(["session"], session);
      void answers.invalidateQueries();
      navigate("/", "replace");
    },
  });
  return (
    <Page key="accept" heading={t("join.invites", { clinic: preview.clinicName })} lead={t("join.compare")}>
      <div className="stack stack-fill">
        {preview.leaves && (
          <Notice tone="caution" title={t("join.leavesTitle", { from: preview.leaves.clinicName })}>
            {t("join.leaves")}
          </Notice>
        )}
        {preview.thisComputerOnly && <Notice title={t("join.hereTitle")}>{t("join.here")}</Notice>}
        <Facts
          facts={[
            { label: t("field.clinicName"), value: preview.clinicName },
            { label: t("join.for"), value: t(`join.purpose.${preview.purpose}`) },
            preview.fingerprint.length > 0 && {
              label: t("join.keyWords"),
              value: <HexGroups groups={preview.fingerprint} />,
            },
            preview.expires > 0 && { label: t("join.expires"), value: fullMoment(preview.expires) },
          ]}
        />
        <p className="soft">{t("join.what")}</p>
        {accept.isError && !preview.leaves && <Failure error={accept.error} />}
        <div className="actions">
          {preview.leaves ? (
            <Leave from={preview.leaves} to={preview.clinicName} accept={accept} />
          ) : (
            <Button
              look="primary"
              icon="check"
              isPending={accept.isPending}
              onPress={() => {
                accept.mutate(false);
              }}
            >
              {t("join.accept")}
            </Button>
          )}
          <Button isDisabled={accept.isPending} onPress={onBack}>
            {t("join.other")}
          </Button>
        </div>
      </div>
    </Page>
  );
}

/** The one question of somebody whose clinic is gone: it cannot be undone. */
function Leave({
  from,
  to,
  accept,
}: {
  from: LeavesClinic;
  to: string;
  accept: UseMutationResult<SessionView, unknown, boolean>;
}) {
  return (
    <Decision
      verb={t("join.leave")}
      icon="check"
      heading={t("join.leaveHeading", { from: from.clinicName, to })}
      confirm={t("join.leaveConfirm")}
      keep={t("join.leaveKeep")}
      deed={accept}
      input={() => true}
    >
      <ul className="bullets">
        <li>{t("join.leaveRecords")}</li>
        <li>
          {t("join.leaveApart", { from: from.clinicName, to, spaces: from.spaces, shares: from.shares })}
        </li>
        {from.open > 0 && <li>{t("join.leaveOpen", { from: from.clinicName, n: from.open })}</li>}
        <li>{t("join.leaveNew", { to })}</li>
        <li>{t("join.leaveForever", { from: from.clinicName })}</li>
      </ul>
    </Decision>
  );
}
