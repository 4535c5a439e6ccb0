import type { ReactNode } from "react";
import { asAppError } from "../../backend";
import type { ErrorCode, Role } from "../../backend/types";
import { t } from "../../locales/i18n";
import { failureWords } from "../failures";
import { Button } from "./Button";
import { Notice } from "./Notice";

/** The key is not to be had from this keyring. */
const keyIsGone: ReadonlySet<ErrorCode> = new Set([
  "keyring-missing",
  "keyring-changed",
] satisfies ErrorCode[]);

/**
 * A profile that does not open: what stands in the way, that nothing is lost by it, and every way out. What only
 * needs the keyring is tried again; where key or file are gone, a patient's kit and backup bring the profile back, and
 * the others begin anew.
 */
export function Unopened({
  error,
  role,
  onRetry,
  way,
}: {
  error: unknown;
  role: Role;
  onRetry: () => void;
  /** To where the profile is brought back or begun anew, as a link or a button of the window it stands in. */
  way: ReactNode;
}) {
  const code = asAppError(error)?.code;
  const words = failureWords(error);
  const keyless = code !== undefined && keyIsGone.has(code);
  const lost = keyless || code === "vault-corrupt";
  return (
    <Notice tone={lost ? "danger" : "caution"} title={words.what} alert>
      <p>{words.mend}</p>
      {keyless && <p>{t("keyring.keyless")}</p>}
      {keyless && <p>{t(role === "patient" ? "keyring.kitWay" : `forgotten.way.${role}`)}</p>}
      <div className="actions">
        <Button icon="refresh" onPress={onRetry}>
          {t("action.tryAgain")}
        </Button>
        {lost && way}
      </div>
    </Notice>
  );
}
