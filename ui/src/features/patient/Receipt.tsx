import { useAnswer } from "../../app/queries";
import { common, patient } from "../../backend";
import type { ReceiptView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Disclosure } from "../../shared/components/Disclosure";
import { Facts } from "../../shared/components/Facts";
import { Loaded } from "../../shared/components/Loaded";
import { Page } from "../../shared/components/Page";
import { commas, fullMoment } from "../../shared/format/dates";
import { kindsText, periodText } from "./ShareRow";

/** The receipt of a consent: number, date, content, what happens next; made to be printed. */
export function Receipt({ params }: { params: Record<string, string> }) {
  const id = params.id ?? "";
  const receipt = useAnswer(["receipt", id], () => patient.receipt({ id }));
  return (
    <Page
      heading={t("receipt.heading")}
      visibility={{ kind: "onlyYou" }}
      back={{ to: `/sharing/${encodeURIComponent(id)}`, label: t("receipt.back") }}
      actions={
        <Button look="primary" icon="print" onPress={() => void common.printWindow()}>
          {t("action.print")}
        </Button>
      }
      actionsAwaited={receipt.isPending}
      actionsIdle={!receipt.data}
    >
      <Loaded query={receipt}>{(known) => <ReceiptSheet receipt={known} />}</Loaded>
    </Page>
  );
}

function ReceiptSheet({ receipt }: { receipt: ReceiptView }) {
  const { share } = receipt;
  return (
    <article className="sheet stack stack-fill stack-wide">
      <Facts
        facts={[
          { label: t("share.number"), value: <span className="figures">{receipt.number}</span> },
          { label: t("receipt.issued"), value: fullMoment(receipt.issued) },
          { label: t("receipt.person"), value: receipt.personName },
          {
            label: t("share.with"),
            value: commas([share.doctor.name, share.doctor.role, share.doctor.organisation]),
          },
          { label: t("receipt.certified"), value: receipt.clinicName },
          { label: t("share.kinds"), value: kindsText(share) },
          { label: t("share.purpose"), value: t(`purpose.${share.purpose}`) },
          { label: t("share.period"), value: periodText(share) },
          {
            label: t("share.shownAs"),
            value: t(share.showsName ? "share.asName" : "share.asPseudonym", { name: share.shownAs }),
          },
        ]}
      />
      <section className="stack">
        <h2>{t("receipt.next")}</h2>
        <p>{t("receipt.next1", { name: share.doctor.name })}</p>
        <p>{t("receipt.next2")}</p>
        <p>{t("receipt.next3")}</p>
      </section>
      <div className="screen-only">
        <Disclosure label={t("receipt.fhir")}>
          <pre className="source" tabIndex={0} aria-label={t("receipt.fhir")}>
            {receipt.consent}
          </pre>
        </Disclosure>
      </div>
    </article>
  );
}
