import { t } from "../../locales/i18n";
import { ButtonLink } from "../../shared/components/Button";

/** Her clinic gives her new keys by a new invitation. */
export function JoinAgain() {
  return (
    <div className="actions">
      <ButtonLink to="/join" look="primary" icon="key">
        {t("restored.joinAgain")}
      </ButtonLink>
    </div>
  );
}
