import type { ReactNode } from "react";
import { asAppError } from "../../backend";
import type { ErrorCode } from "../../backend/types";
import { t } from "../../locales/i18n";
import { failureWords } from "../failures";
import { Button } from "./Button";
import { Notice } from "./Notice";

/** The key is not to be had from this keyring: only the kit is a way in. */
const keyIsGone: ReadonlySet<ErrorCode> = new Set([
  "keyring-missing",
  "keyring-changed",
  "vault-corrupt",
] satisfies ErrorCode[]);

/**
 * A profile that does not open: what stands in the way, that nothing is lost by it, and every way out. What only
 * needs the keyring is tried again; where the key is gone, the kit and a backup bring the profile back.
 */
export function Unopened({
  error,
  onRetry,
  kitWay,
}: {
  error: unknown;
  onRetry: () => void;
  /** The way by the kit, as a link or a button of the window it stands in. */
  kitWay: ReactNode;
}) {
  const code = asAppError(error)?.code;
  const words = failureWords(error);
  const gone = code !== undefined && keyIsGone.has(code);
  return (
    <Notice tone={gone ? "danger" : "caution"} title={words.what} alert>
      <p>{words.mend}</p>
      {gone && <p>{t("keyring.kitWay")}</p>}
      <div className="actions">
        <Button icon="refresh" onPress={onRetry}>
          {t("action.tryAgain")}
        </Button>
        {gone && kitWay}
      </div>
    </Notice>
  );
}
