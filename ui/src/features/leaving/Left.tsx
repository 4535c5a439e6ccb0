import { Fragment } from "react";
import { answers, useAnswer, useDeed } from "../../app/queries";
import { navigate } from "../../app/router";
import { common, welcome } from "../../backend";
import type { Forgotten, LeavingReceipt, Role } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, ButtonLink } from "../../shared/components/Button";
import { Facts } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { Loaded } from "../../shared/components/Loaded";
import { Empty, Heading } from "../../shared/components/Page";
import { saveWords } from "../../shared/dialogWords";
import { fullDate, fullMoment } from "../../shared/format/dates";
import { Letter } from "../welcome/Letter";

/** The receipt of leaving, in the first window: nothing of the profile is left to show it in. */
export function Left() {
  const receipt = useAnswer(["leaving-receipt"], welcome.leavingReceipt);
  return (
    <Letter wide>
      {!receipt.data && <Heading>{t("title.left")}</Heading>}
      <Loaded query={receipt} lines={8}>
        {(known) =>
          known ? (
            <Receipt receipt={known} />
          ) : (
            <Empty
              icon="file"
              heading={t("left.gone")}
              action={<ButtonLink to="/">{t("left.done")}</ButtonLink>}
            >
              {t("left.goneHint")}
            </Empty>
          )
        }
      </Loaded>
    </Letter>
  );
}

const done = () => {
  // The first page comes back here while there is one.
  answers.setQueryData(["leaving-receipt"], null);
  navigate("/", "replace");
};

function Receipt({ receipt }: { receipt: LeavingReceipt }) {
  const save = useDeed(welcome.leavingReceiptSave);
  const putAway = useDeed(welcome.leavingDone, done);
  const clinic =
    receipt.clinicName === null ? t("left.noClinic") : t("left.clinic", { clinic: receipt.clinicName });
  const signed = [
    { by: t("left.relay"), what: receipt.relay },
    { by: clinic, what: receipt.clinic },
  ].flatMap(({ by, what }) => (what.kind === "signed" ? [{ by, statements: what.statements }] : []));
  return (
    <article className="sheet stack stack-fill stack-wide">
      <Heading>{t("left.heading", { name: receipt.profileName })}</Heading>
      <p className="page-lead">{t("left.lead")}</p>
      <Facts
        facts={[
          { label: t("left.when"), value: fullMoment(receipt.at) },
          { label: t("left.profile"), value: `${receipt.profileName} · ${t(`role.${receipt.role}`)}` },
          { label: t("left.here"), value: t(`left.hereDone.${receipt.role}`) },
          { label: t("left.relay"), value: forgottenWords(receipt.relay, receipt.role) },
          {
            label: clinic,
            value: forgottenWords(receipt.clinic, receipt.role === "desk" ? "desk" : "patient"),
          },
          receipt.clinicKeeps.length > 0 && {
            label: t("left.keeps"),
            value: receipt.clinicKeeps.map((each) => keepWords(each)).join(" "),
          },
          receipt.role === "patient" && {
            label: t("left.fetched"),
            value: t("left.fetchedWords", { n: receipt.fetched }),
          },
        ]}
      />
      {signed.length > 0 && (
        <section className="stack">
          <h2>{t("left.statements")}</h2>
          <p className="soft">{t("left.statementsWhy")}</p>
          {signed.map(({ by, statements }) => (
            <Fragment key={by}>
              <h3>{by}</h3>
              {statements.map((each) => (
                <pre key={each} className="source" tabIndex={0} aria-label={by}>
                  {each}
                </pre>
              ))}
            </Fragment>
          ))}
        </section>
      )}
      {save.isError && <Failure error={save.error} />}
      <p role="status" className="screen-only">
        {save.data === true && t("left.saved")}
      </p>
      <div className="actions screen-only">
        <Button look="primary" icon="print" onPress={() => void common.printWindow()}>
          {t("left.print")}
        </Button>
        <Button
          icon="download"
          isPending={save.isPending}
          onPress={() => {
            save.mutate({ dialog: saveWords("receipt") });
          }}
        >
          {t("left.save")}
        </Button>
        <Button
          look="quiet"
          isPending={putAway.isPending}
          onPress={() => {
            putAway.mutate(undefined);
          }}
        >
          {t("left.done")}
        </Button>
      </div>
    </article>
  );
}

/** What a clinic says that it keeps; a newer one may keep more, which is named as it says it. */
function keepWords(code: string): string {
  switch (code) {
    case "register-entry":
    case "identity-check":
    case "history":
      return t(`left.keeps.${code}`);
    default:
      return code;
  }
}

/** With a relay a doctor has nothing of her own: what it holds for her goes when the clinic tells it. */
function forgottenWords(forgotten: Forgotten, role: Role): string {
  switch (forgotten.kind) {
    case "nothing":
      return t(`left.nothing.${role}`);
    case "signed":
      return t("left.signed", { date: fullDate(forgotten.erasedBy) });
    case "deleted":
      return t("left.deleted");
    case "notAsked":
      return t("left.notAsked");
  }
}
