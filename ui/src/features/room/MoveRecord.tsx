import { useState } from "react";
import { useDeed } from "../../app/queries";
import { patient } from "../../backend";
import type { Category, FileMoved, RecordMoved, RoomRecord } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Decision } from "../../shared/components/Decision";
import { RadioGroup } from "../../shared/components/Fields";
import { toast } from "../../shared/components/Toast";
import { categories, categoryHint, categoryName } from "../../shared/records/words";

/** A kind, or for all records of a file: each with its own. */
type Place = Category | "each";
type Which = "one" | "all";

const move = ({ id, which, place }: { id: string; which: Which; place: Place }) => {
  const category = place === "each" ? null : place;
  return which === "one" && category !== null
    ? patient.recordMove({ id, category }).then(movedOne)
    : patient.recordMoveFile({ id, category }).then(movedAll);
};

interface Moved {
  words: string;
  back: () => Promise<unknown>;
}

const movedOne = ({ id, from, to }: RecordMoved): Moved => ({
  words: t("sensitivity.moved", { kind: categoryName(to) }),
  back: () => patient.recordMove({ id, category: from }),
});

const movedAll = ({ records, to, undo }: FileMoved): Moved => ({
  words:
    to === null
      ? t("sensitivity.movedEach", { n: records })
      : t("sensitivity.movedAll", { n: records, kind: categoryName(to) }),
  back: () => patient.recordMoveBack({ undo }),
});

/**
 * With which kind a record of one's own is kept, or all that came with it: that decides with whom they are shared. What
 * Keyward took for sensitive can be put elsewhere, and what it did not can be kept apart; either way there is a way back.
 */
export function MoveRecord({ known }: { known: RoomRecord }) {
  const { item } = known.record;
  const [which, setWhich] = useState<Which>("one");
  const [place, setPlace] = useState<Place>();
  const [tried, setTried] = useState(false);
  const back = useDeed((moved: Moved) => moved.back());
  const deed = useDeed(move, (moved) => {
    setWhich("one");
    setPlace(undefined);
    setTried(false);
    toast(moved.words, () => {
      back.mutate(moved);
    });
  });
  const kept = known.compartment;
  // Personal details stay together: the core moves nothing there or away from there.
  if (kept === "profile") return null;
  const all = which === "all";
  const kinds = categories.filter((each) => each !== "profile" && (all || each !== kept));
  const inFile = known.inFile ?? 1;
  return (
    <div className="row">
      <p className="soft small">{t("sensitivity.keptWith", { kind: categoryName(kept) })}</p>
      <Decision
        verb={t("sensitivity.move")}
        icon="shield"
        look="quiet"
        tone="primary"
        heading={t("sensitivity.moveTo")}
        confirm={t(all ? "sensitivity.moveAllNow" : "sensitivity.moveNow")}
        keep={t("action.leaveAsIs")}
        deed={deed}
        input={() => (place === undefined ? undefined : { id: item.id, which, place })}
        onAsk={() => {
          setTried(true);
        }}
      >
        <p>{t("sensitivity.moveHint")}</p>
        {inFile > 1 && (
          <RadioGroup<Which>
            label={t("sensitivity.which")}
            value={which}
            choices={[
              { value: "one", title: t("sensitivity.onlyThis") },
              {
                value: "all",
                title: t("sensitivity.allOfFile", { n: inFile }),
                hint: t("sensitivity.allOfFileHint", { file: known.sourceName ?? "" }),
              },
            ]}
            onChange={(next) => {
              setWhich(next);
              setPlace(undefined);
            }}
          />
        )}
        <RadioGroup<Place>
          label={t("room.kind")}
          error={tried && place === undefined ? t("sensitivity.moveMissing") : undefined}
          value={place}
          choices={[
            ...(all
              ? [{ value: "each" as const, title: t("sensitivity.each"), hint: t("sensitivity.eachHint") }]
              : []),
            ...kinds.map((each) => ({
              value: each,
              title: categoryName(each),
              hint: categoryHint(each),
            })),
          ]}
          onChange={setPlace}
        />
      </Decision>
    </div>
  );
}
