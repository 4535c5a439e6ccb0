import type { ReactNode } from "react";
import { t } from "../../locales/i18n";
import { Disclosure } from "./Disclosure";

/** Who has forgotten the passphrase: why nobody can help, and the way that remains. */
export function Forgotten({ kitWay }: { kitWay: ReactNode }) {
  return (
    <Disclosure label={t("forgotten.heading")} level={2}>
      <div className="stack">
        <p>{t("forgotten.why")}</p>
        <p>{t("forgotten.way")}</p>
        <p>{t("forgotten.stays")}</p>
        <div className="actions">{kitWay}</div>
      </div>
    </Disclosure>
  );
}
