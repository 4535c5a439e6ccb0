import { useState } from "react";
import { useDeed } from "../../app/queries";
import { patient } from "../../backend";
import type { Category, RecordMoved, RoomRecord } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Decision } from "../../shared/components/Decision";
import { RadioGroup } from "../../shared/components/Fields";
import { toast } from "../../shared/components/Toast";
import { categories, categoryHint, categoryName } from "../../shared/records/words";

/**
 * With which kind a record of one's own is kept: that decides with whom it is shared. What Keyward took for sensitive
 * can be put elsewhere, and what it did not can be kept apart; either way there is a way back.
 */
export function MoveRecord({ known }: { known: RoomRecord }) {
  const { item } = known.record;
  const [chosen, setChosen] = useState<Category>();
  const [tried, setTried] = useState(false);
  const back = useDeed(patient.recordMove);
  const move = useDeed(patient.recordMove, (moved: RecordMoved) => {
    setChosen(undefined);
    setTried(false);
    toast(t("sensitivity.moved", { kind: categoryName(moved.to) }), () => {
      back.mutate({ id: moved.id, category: moved.from });
    });
  });
  const kept = known.compartment;
  // Personal details stay together: the core moves nothing there or away from there.
  const choices = categories.filter((each) => each !== kept && each !== "profile");
  if (kept === "profile") return null;
  return (
    <div className="row">
      <p className="soft small">{t("sensitivity.keptWith", { kind: categoryName(kept) })}</p>
      <Decision
        verb={t("sensitivity.move")}
        icon="shield"
        look="quiet"
        tone="primary"
        heading={t("sensitivity.moveTo")}
        confirm={t("sensitivity.moveNow")}
        keep={t("action.leaveAsIs")}
        deed={move}
        input={() => (chosen === undefined ? undefined : { id: item.id, category: chosen })}
        onAsk={() => {
          setTried(true);
        }}
      >
        <p>{t("sensitivity.moveHint")}</p>
        <RadioGroup<Category>
          label={t("room.kind")}
          error={tried && chosen === undefined ? t("sensitivity.moveMissing") : undefined}
          value={chosen}
          choices={choices.map((each) => ({
            value: each,
            title: categoryName(each),
            hint: categoryHint(each),
          }))}
          onChange={setChosen}
        />
      </Decision>
    </div>
  );
}
