import { useAnswer, useDeed } from "../../app/queries";
import { navigate } from "../../app/router";
import { useSession } from "../../app/session";
import { recovery } from "../../backend";
import type { KitStatus } from "../../backend/types";
import { t } from "../../locales/i18n";
import { ButtonLink, Link } from "../../shared/components/Button";
import { Decision } from "../../shared/components/Decision";
import { Facts } from "../../shared/components/Facts";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Page, Section } from "../../shared/components/Page";
import { fullDate } from "../../shared/format/dates";
import { Backups } from "./Backup";

/** How this profile stands to losing the computer: the kit and the backups, and what to do next. */
export function Recovery() {
  const { role } = useSession();
  const status = useAnswer(["recovery"], recovery.status, { every: 30_000 });
  const report = useAnswer(["restored"], recovery.report);
  return (
    <Page
      heading={t("recovery.heading")}
      lead={t(`recovery.lead.${role}`)}
      visibility={{ kind: "onlyYou" }}
      back={{ to: "/settings", label: t("settings.heading") }}
    >
      <Loaded query={status} lines={8}>
        {(known) => (
          <>
            <Kit kit={known.kit} />
            <Backups status={known} />
            {report.data && (
              <p className="section">
                <Link to="/settings/recovery/restored">{t("title.restored")}</Link>
              </p>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Kit({ kit }: { kit: KitStatus }) {
  const { role } = useSession();
  const renew = useDeed(recovery.kitRenew, () => {
    navigate("/settings/recovery/kit");
  });
  if (kit.confirmed === null)
    return (
      <Section heading={t("recovery.kit")}>
        <Notice tone="task" title={t("recovery.kitWaiting")}>
          <p>{t(`recovery.kitWaitingHint.${role}`)}</p>
          <ButtonLink to="/settings/recovery/kit" look="primary" icon="key">
            {t("recovery.kitMake")}
          </ButtonLink>
        </Notice>
      </Section>
    );
  return (
    <Section heading={t("recovery.kit")}>
      {kit.renewing ? (
        <Notice tone="task" title={t("recovery.kitRenewing")}>
          <p>{t("recovery.kitRenewingHint")}</p>
          <ButtonLink to="/settings/recovery/kit" look="primary" icon="key">
            {t("recovery.kitMake")}
          </ButtonLink>
        </Notice>
      ) : (
        <Notice tone="good" title={t("recovery.kitGood")}>
          {t("recovery.kitGoodHint")}
        </Notice>
      )}
      <Facts
        facts={[
          { label: t("recovery.kitMade"), value: fullDate(kit.made) },
          { label: t("recovery.kitConfirmed"), value: fullDate(kit.confirmed) },
        ]}
      />
      {!kit.renewing && (
        <div className="actions">
          <Decision
            verb={t("recovery.kitNew")}
            icon="key"
            heading={t("recovery.kitNewAsk")}
            confirm={t("recovery.kitNewGo")}
            keep={t("recovery.kitNewKeep")}
            tone="primary"
            deed={renew}
            input={() => null}
          >
            <p>{t("recovery.kitNewWhy")}</p>
            <p>{t("recovery.kitNewOld")}</p>
          </Decision>
        </div>
      )}
    </Section>
  );
}
