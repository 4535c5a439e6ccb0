import { failureWords } from "../failures";
import { t } from "../../locales/i18n";
import { Button } from "./Button";
import { Notice } from "./Notice";

/** What happened and how to mend it. The sentence comes from the catalogue; codes are never shown. */
export function Failure({
  error,
  onRetry,
  tone = "danger",
}: {
  error: unknown;
  onRetry?: () => void;
  tone?: "danger" | "caution";
}) {
  const words = failureWords(error);
  return (
    <Notice tone={tone} title={words.what} alert>
      {words.mend && <p>{words.mend}</p>}
      {onRetry && (
        <Button icon="refresh" onPress={onRetry}>
          {t("action.tryAgain")}
        </Button>
      )}
    </Notice>
  );
}
