import { useAnswer } from "../../app/queries";
import { patient } from "../../backend";
import { t } from "../../locales/i18n";
import { ButtonLink } from "../../shared/components/Button";
import { Disclosure } from "../../shared/components/Disclosure";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty, Page } from "../../shared/components/Page";
import { Skeleton } from "../../shared/components/Waiting";
import { AccessList } from "./AccessList";
import { useApart } from "./travel";

/** The whole access history. */
export function Accesses() {
  const accesses = useAnswer(["accesses"], patient.accesses);
  const apart = useApart();
  return (
    <Page heading={t("accesses.heading")} lead={t("accesses.lead")} visibility={{ kind: "onlyYou" }}>
      <Loaded query={accesses}>
        {(known) =>
          apart === undefined ? (
            <Skeleton lines={6} />
          ) : known.length === 0 ? (
            <Empty
              icon="history"
              heading={t("accesses.none")}
              action={<ButtonLink to="/sharing">{t("accesses.seeShares")}</ButtonLink>}
            >
              {t("accesses.noneHint")}
            </Empty>
          ) : (
            <div className="stack stack-fill">
              {apart && <Notice>{t("accesses.apart")}</Notice>}
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
