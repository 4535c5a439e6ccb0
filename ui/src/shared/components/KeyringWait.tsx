import { useEffect, useState } from "react";
import { common } from "../../backend";
import { t } from "../../locales/i18n";
import { Button } from "./Button";
import { Notice } from "./Notice";

/** After this many milliseconds the keyring is probably asking somebody for a password. */
const usual = 2_500;

/** While something waits for the operating system's keyring: says so, and lets her stop waiting. */
export function KeyringWait({ waiting, patience = usual }: { waiting: boolean; patience?: number }) {
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setTimeout(() => {
      setLong(true);
    }, patience);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [waiting, patience]);
  return (
    <div role="status">
      {waiting && long && (
        <Notice title={t("keyring.waiting")}>
          <p>{t("keyring.waitingHint")}</p>
          <Button
            icon="cross"
            onPress={() => {
              void common.keyringGiveUp();
            }}
          >
            {t("keyring.giveUp")}
          </Button>
        </Notice>
      )}
    </div>
  );
}
