import { useState } from "react";
import { useDeed } from "../../app/queries";
import { patient } from "../../backend";
import type { SpaceView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { RadioGroup, TextField } from "../../shared/components/Fields";
import { Form } from "../../shared/forms";

export const spaceIcons = ["heart", "leaf", "shield", "moon", "bone", "doctor", "results", "spaces"] as const;
type SpaceIcon = (typeof spaceIcons)[number];

/** A new sharing space: its private name, and whether doctors see the name or a pseudonym. */
export function SpaceForm({
  onDone,
  onCancel,
}: {
  onDone: (space: SpaceView) => void;
  onCancel?: () => void;
}) {
  const [name, setName] = useState("");
  const [icon, setIcon] = useState<SpaceIcon>("spaces");
  const [shows, setShows] = useState<"name" | "pseudonym">();
  const [tried, setTried] = useState(false);
  const create = useDeed(patient.spaceCreate, onDone);
  const ready = name.trim() !== "" && shows !== undefined;
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (ready) create.mutate({ name: name.trim(), icon, showsName: shows === "name" });
      }}
    >
      <TextField
        label={t("spaces.name")}
        autoFocus={onCancel !== undefined}
        hint={t("spaces.nameHint")}
        value={name}
        onChange={setName}
        maxLength={60}
        error={tried && name.trim() === "" ? t("spaces.nameMissing") : undefined}
      />
      <RadioGroup
        label={t("spaces.shows")}
        error={tried && shows === undefined ? t("spaces.showsMissing") : undefined}
        value={shows}
        choices={[
          { value: "name", title: t("spaces.showName"), hint: t("spaces.showNameHint") },
          { value: "pseudonym", title: t("spaces.showPseudonym"), hint: t("spaces.showPseudonymHint") },
        ]}
        onChange={setShows}
      />
      <RadioGroup<SpaceIcon>
        label={t("spaces.icon")}
        across="short"
        value={icon}
        choices={spaceIcons.map((value) => ({ value, icon: value, title: t(`spaces.icon.${value}`) }))}
        onChange={setIcon}
      />
      {create.isError && <Failure error={create.error} />}
      <div className="actions">
        <Button look="primary" type="submit" isPending={create.isPending}>
          {t("spaces.create")}
        </Button>
        {onCancel && <Button onPress={onCancel}>{t("action.cancel")}</Button>}
      </div>
    </Form>
  );
}
