import { useAnswer } from "../../app/queries";
import { patient } from "../../backend";
import { t } from "../../locales/i18n";
import { ButtonLink } from "../../shared/components/Button";
import { Disclosure } from "../../shared/components/Disclosure";
import { Loaded } from "../../shared/components/Loaded";
import { Empty, Page } from "../../shared/components/Page";
import { AccessList } from "./AccessList";

/** The whole access history. */
export function Accesses() {
  const accesses = useAnswer(["accesses"], patient.accesses);
  return (
    <Page heading={t("accesses.heading")} lead={t("accesses.lead")} visibility={{ kind: "onlyYou" }}>
      <Loaded query={accesses}>
        {(known) =>
          known.length === 0 ? (
            <Empty
              icon="history"
              heading={t("accesses.none")}
              action={<ButtonLink to="/sharing">{t("accesses.seeShares")}</ButtonLink>}
            >
              {t("accesses.noneHint")}
            </Empty>
          ) : (
            <div className="stack stack-fill">
              <AccessList accesses={known} />
              <Disclosure label={t("accesses.proofWhat")} level={2}>
                <p>{t("accesses.proofExplained")}</p>
              </Disclosure>
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}
