import { useAnswer, useDeed } from "../../app/queries";
import { useSession } from "../../app/session";
import { recovery } from "../../backend";
import type { RecoveryView, Role } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, ButtonLink } from "../../shared/components/Button";
import { Missing } from "../../shared/components/Loaded";

export const useRecoveryStatus = () => useAnswer(["recovery"], recovery.status);

/** One line on the first page while something is missing. It can be put off and is never a dialog. */
export function Reminder() {
  const { role } = useSession();
  const status = useRecoveryStatus();
  const putOff = useDeed(recovery.putOff);
  if (!status.data) return <Missing query={status} words={t("reminder.unknown")} />;
  if (!status.data.remind) return null;
  const { words, action, to } = lacking(status.data, role);
  return (
    <div className="reminder screen-only">
      <p>{t(words)}</p>
      <div className="actions">
        <ButtonLink to={to} icon="key">
          {t(action)}
        </ButtonLink>
        <Button
          look="quiet"
          isPending={putOff.isPending}
          onPress={() => {
            putOff.mutate(undefined);
          }}
        >
          {t("reminder.later")}
        </Button>
      </div>
    </div>
  );
}

/** What is missing, worst first, and where it is mended. */
function lacking({ kit, file, relay }: RecoveryView, role: Role) {
  const to = "/settings/recovery";
  if (kit.confirmed === null)
    return { words: `reminder.kit.${role}`, action: "reminder.make", to: "/settings/recovery/kit" } as const;
  const none = (!file || file.at === null) && (!relay.on || relay.at === null || relay.thisComputerOnly);
  if (none) return { words: "reminder.backup", action: "reminder.makeBackup", to } as const;
  const words = (file?.problem ?? relay.problem) ? "reminder.failed" : "reminder.old";
  return { words, action: "reminder.see", to } as const;
}
