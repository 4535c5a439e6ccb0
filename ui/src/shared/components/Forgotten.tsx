import type { ReactNode } from "react";
import type { Role } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Disclosure } from "./Disclosure";

/** Who has forgotten the passphrase: why nobody can help, and the way that remains for this role. */
export function Forgotten({
  role,
  way,
  children,
}: {
  role: Role;
  way: ReactNode;
  /** How the profile goes, or where. */
  children: ReactNode;
}) {
  return (
    <Disclosure label={t("forgotten.heading")} level={2}>
      <div className="stack">
        <p>{t("forgotten.why")}</p>
        <p>{t(`forgotten.way.${role}`)}</p>
        <p>{t("forgotten.stays")}</p>
        {way && <div className="actions">{way}</div>}
        {children}
      </div>
    </Disclosure>
  );
}
