import { useEffect } from "react";
import { answers, useAnswer } from "../../app/queries";
import { useSession } from "../../app/session";
import { asAppError, common, recovery } from "../../backend";
import type { KitView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, ButtonLink } from "../../shared/components/Button";
import { SecretCopyButton } from "../../shared/components/Copy";
import { Facts } from "../../shared/components/Facts";
import { Loaded } from "../../shared/components/Loaded";
import { Empty, Page } from "../../shared/components/Page";
import { fullDate } from "../../shared/format/dates";
import { svgAddress } from "../../shared/format/svg";

/** The words are in the page's memory only while this page shows them. */
const forgetKit = () => {
  answers.removeQueries({ queryKey: ["kit"] });
};

const back = () => ({ to: "/settings/recovery", label: t("recovery.back") });

/** The kit on screen and on paper, as long as it is not confirmed. */
export function Kit() {
  const kit = useAnswer(["kit"], recovery.kitShow, { lent: true });
  useEffect(() => forgetKit, []);
  if (asAppError(kit.error)?.code === "kit-gone") return <Gone />;
  // Whether there is a kit to show changes all that would stand here: a few milliseconds without it are calmer.
  if (kit.isPending) return <Page wide heading={t("kit.heading")} back={back()} />;
  return (
    <Page
      wide
      heading={t("kit.heading")}
      lead={t("kit.lead")}
      back={back()}
      actions={
        kit.data && (
          <Button icon="print" onPress={() => void common.printWindow()}>
            {t("kit.print")}
          </Button>
        )
      }
    >
      <Loaded query={kit} lines={10}>
        {(known) => <Sheet kit={known} />}
      </Loaded>
    </Page>
  );
}

/** It was confirmed: the words are on paper only. */
export function Gone() {
  return (
    <Page heading={t("title.kit")} back={back()}>
      <Empty
        icon="key"
        heading={t("kit.gone")}
        action={<ButtonLink to="/settings/recovery">{t("kit.goneAction")}</ButtonLink>}
      >
        {t("kit.goneHint")}
      </Empty>
    </Page>
  );
}

function Sheet({ kit }: { kit: KitView }) {
  const { role } = useSession();
  return (
    <div className="sheet kit stack stack-fill stack-wide">
      <section className="stack">
        <h2>{t("kit.words")}</h2>
        <ol className="kit-words" translate="no" lang="en">
          {kit.words.map((word, index) => (
            <li key={`${String(index)}${word}`}>
              <span className="kit-place figures" aria-hidden="true">
                {index + 1}
              </span>
              <span className="kit-word">{word}</span>
            </li>
          ))}
        </ol>
      </section>
      <div className="invitation">
        <figure className="stack stack-tight">
          <img
            className="qr"
            src={svgAddress(kit.qrSvg)}
            alt={t("kit.qr")}
            width="240"
            height="240"
            draggable={false}
          />
          <figcaption className="soft small">{t("kit.pictureHint")}</figcaption>
        </figure>
        <div className="stack">
          <h2>{t("kit.what")}</h2>
          {([`kit.what1.${role}`, `kit.what2.${role}`, "kit.what3"] as const).map((key) => (
            <p key={key}>{t(key)}</p>
          ))}
          <div className="actions screen-only">
            <SecretCopyButton text={kit.text} said={t("kit.clipboard")}>
              {t("kit.copy")}
            </SecretCopyButton>
          </div>
        </div>
      </div>
      <Facts
        facts={[
          { label: t("kit.for"), value: kit.profileName },
          kit.clinicName !== null && { label: t("kit.clinic"), value: kit.clinicName },
          role === "patient" && kit.relayUrl !== null && { label: t("kit.relay"), value: kit.relayUrl },
          { label: t("kit.date"), value: fullDate(kit.made) },
        ]}
      />
      <section className="stack">
        <h2>{t("kit.how")}</h2>
        <ol className="numbered">
          <li>{t("kit.how1")}</li>
          <li>{t("kit.how2")}</li>
          <li>{t(role === "patient" ? "kit.how3" : "kit.how3File")}</li>
        </ol>
      </section>
      <ToWriteIn count={kit.words.length} />
      <div className="actions screen-only">
        <ButtonLink to="/settings/recovery/confirm" look="primary" icon="forward">
          {t("kit.next")}
        </ButtonLink>
      </div>
    </div>
  );
}

/** On paper only: room for a pen. */
function ToWriteIn({ count }: { count: number }) {
  return (
    <section className="print-only kit-writing" aria-hidden="true">
      <h2>{t("kit.spaceWords")}</h2>
      <ol className="kit-lines">
        {Array.from({ length: count }, (_, index) => (
          <li key={index}>{index + 1}</li>
        ))}
      </ol>
      <h2>{t("kit.space")}</h2>
      <p className="kit-line" />
      <p className="kit-line" />
    </section>
  );
}
