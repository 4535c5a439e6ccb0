import { useAnswer, useDeed } from "../../app/queries";
import { recovery } from "../../backend";
import { t } from "../../locales/i18n";
import { Button, ButtonLink } from "../../shared/components/Button";

/** One line on the first page while something is missing. It can be put off and is never a dialog. */
export function Reminder() {
  const status = useAnswer(["recovery"], recovery.status);
  const putOff = useDeed(recovery.putOff);
  if (!status.data?.remind) return null;
  const noKit = status.data.kit.confirmed === null;
  const words = t(noKit ? "reminder.kit" : "reminder.backup");
  return (
    <div className="reminder screen-only">
      <p>{words}</p>
      <div className="actions">
        <ButtonLink to={noKit ? "/settings/recovery/kit" : "/settings/recovery"} icon="key">
          {t(noKit ? "reminder.make" : "reminder.makeBackup")}
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
