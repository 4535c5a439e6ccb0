import type { ClinicEnd } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Link } from "../../shared/components/Button";
import { Facts } from "../../shared/components/Facts";
import { Notice } from "../../shared/components/Notice";
import { fullDate } from "../../shared/format/dates";

/** Why the clinic of this computer cannot end now, and the two ways on. */
export function ClinicInUse({ clinic, name }: { clinic: ClinicEnd; name: string }) {
  return (
    <>
      <Notice tone="caution" title={t("leaving.inUse", { clinic: name })}>
        {t("leaving.inUseWhy")}
      </Notice>
      <Facts
        facts={[
          { label: t("leaving.inUsePatients"), value: String(clinic.patients) },
          { label: t("leaving.inUseDoctors"), value: String(clinic.doctors) },
        ]}
      />
      <p>{t("leaving.inUseEnd")}</p>
      <p>{t("leaving.inUseHand")}</p>
      <p>
        <Link to="/settings/recovery">{t("recovery.link")}</Link>
      </p>
    </>
  );
}

/** Whether the clinic that ends could be brought back, said before it ends. */
export function ClinicEnds({ backup, name }: { backup: number | null; name: string }) {
  if (backup !== null)
    return (
      <Notice title={t("leaving.backupHas", { clinic: name })}>
        {t("leaving.backupHasHint", { date: fullDate(backup) })}
      </Notice>
    );
  return (
    <Notice tone="caution" title={t("leaving.backupNone", { clinic: name })}>
      <p>{t("leaving.backupNoneHint")}</p>
      <p>
        <Link to="/settings/recovery">{t("recovery.link")}</Link>
      </p>
    </Notice>
  );
}
