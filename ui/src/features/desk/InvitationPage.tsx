import { useQuery } from "@tanstack/react-query";
import { common } from "../../backend";
import type { InvitationView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, ButtonLink } from "../../shared/components/Button";
import { SecretCopyButton } from "../../shared/components/Copy";
import { Facts, HexGroups } from "../../shared/components/Facts";
import { Notice } from "../../shared/components/Notice";
import { Empty, Page } from "../../shared/components/Page";
import { fullMoment } from "../../shared/format/dates";
import { svgAddress } from "../../shared/format/svg";

/** A person's invitation: on screen, on paper, by phone. It is shown once and not kept here. */
export function InvitationPage({ params }: { params: Record<string, string> }) {
  const id = params.id ?? "";
  return <Issued id={id} back={{ to: `/people/${encodeURIComponent(id)}`, label: t("correct.back") }} />;
}

export function ClinicianInvitationPage({ params }: { params: Record<string, string> }) {
  const id = params.id ?? "";
  const back =
    id === "new"
      ? { to: "/clinicians", label: t("clinicians.heading") }
      : { to: `/clinicians/${encodeURIComponent(id)}`, label: t("clinician.back") };
  return <Issued id={id} back={back} />;
}

interface Place {
  to: string;
  label: string;
}

function Issued({ id, back }: { id: string; back: Place }) {
  // Put there by whoever issued it; asking again cannot bring it back.
  const issued = useQuery<InvitationView | null>({
    queryKey: ["once", "invitation", id],
    queryFn: () => null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!issued.data)
    return (
      <Page heading={t("title.invitation")} back={back}>
        <Empty
          icon="qr"
          heading={t("invitation.gone")}
          action={<ButtonLink to={back.to}>{back.label}</ButtonLink>}
        >
          {t("invitation.goneHint")}
        </Empty>
      </Page>
    );
  return <Sheet view={issued.data} back={back} />;
}

function Sheet({ view, back }: { view: InvitationView; back: Place }) {
  return (
    <Page
      wide
      heading={t("invitation.heading", { name: view.personName })}
      lead={t("invitation.lead")}
      back={back}
      actions={
        <Button look="primary" icon="print" onPress={() => void common.printWindow()}>
          {t("invitation.print")}
        </Button>
      }
    >
      <div className="sheet stack stack-fill stack-wide">
        {view.replacesDevice && (
          <Notice tone="caution" title={t("invitation.replaces")}>
            {t("invitation.replacesHint")}
          </Notice>
        )}
        {view.thisComputerOnly && <Notice title={t("invitation.hereTitle")}>{t("invitation.here")}</Notice>}
        <div className="invitation">
          <figure className="stack stack-tight">
            <img
              className="qr"
              src={svgAddress(view.qrSvg)}
              alt={t("invitation.qr", { name: view.personName })}
              width="240"
              height="240"
            />
            <figcaption className="soft small">{t("invitation.qrHint")}</figcaption>
          </figure>
          <div className="stack">
            <h2>{t("invitation.code")}</h2>
            <p className="code-big" aria-label={view.code}>
              {view.code.split(/[\s-]+/).map((group, index) => (
                <span key={`${String(index)}${group}`}>{group}</span>
              ))}
            </p>
            <p className="soft">{t("invitation.codeHint")}</p>
            <div className="actions screen-only">
              <SecretCopyButton text={view.text} said={t("clipboard.said")}>
                {t("invitation.copyText")}
              </SecretCopyButton>
              <SecretCopyButton text={view.code} said={t("clipboard.said")}>
                {t("invitation.copyCode")}
              </SecretCopyButton>
            </div>
          </div>
        </div>
        <Facts
          facts={[
            { label: t("invitation.clinic"), value: view.clinicName },
            { label: t("join.for"), value: t(`join.purpose.${view.purpose}`) },
            { label: t("join.expires"), value: fullMoment(view.expires) },
            { label: t("join.keyWords"), value: <HexGroups groups={view.fingerprint} /> },
          ]}
        />
        <section className="stack">
          <h2>{t("invitation.howTo")}</h2>
          <ol className="numbered">
            <li>{t("invitation.how1")}</li>
            <li>{t("invitation.how2")}</li>
            <li>{t("invitation.how3")}</li>
          </ol>
        </section>
      </div>
    </Page>
  );
}
