import { useState } from "react";
import { answers, useDeed } from "../../app/queries";
import { welcome } from "../../backend";
import type { ProfileSummary } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Decision } from "../../shared/components/Decision";
import { TextField } from "../../shared/components/Fields";

/** A profile that nobody can open any more goes, once its name was typed and a question answered. */
export function Remove({ profile, onRemoved }: { profile: ProfileSummary; onRemoved: () => void }) {
  const { id, name, role } = profile;
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const remove = useDeed(welcome.profileRemove, () => {
    onRemoved();
    void answers.invalidateQueries({ queryKey: ["profiles"] });
  });
  const right = typed.trim() === name;
  return (
    <>
      <h3>{t("removal.heading")}</h3>
      <p>{t(`removal.why.${role}`)}</p>
      <TextField
        label={t("leaving.confirm", { name })}
        value={typed}
        error={tried && !right ? t("leaving.confirmWrong", { name }) : undefined}
        onChange={setTyped}
        maxLength={80}
      />
      <div className="actions">
        <Decision
          verb={t("removal.verb")}
          icon="bin"
          ask={right}
          heading={t("removal.ask", { name })}
          confirm={t("removal.go")}
          keep={t("leaving.askKeep")}
          deed={remove}
          input={() => {
            setTried(true);
            return right ? { id, name } : undefined;
          }}
        >
          <p>{t("removal.askWhy")}</p>
        </Decision>
      </div>
    </>
  );
}
