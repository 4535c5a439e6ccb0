import { useEffect, useState } from "react";
import { type Drag, events } from "../backend";
import type { SessionView } from "../backend/types";
import { letWait, startImport } from "../features/patient/importing";
import { t } from "../locales/i18n";
import { Button } from "../shared/components/Button";
import { Notice } from "../shared/components/Notice";
import { Emblem } from "../shared/icons";
import { navigate } from "./router";

/** What becomes of files here: a patient's open window takes them, every other says what to do instead. */
type Taker = "patient" | "doctor" | "desk" | "locked" | "welcome";

const takerOf = (session: SessionView | undefined): Taker =>
  session === undefined ? "welcome" : session.locked ? "locked" : session.role;

/** Where dragged files can be let go; the paths stay with the core. */
export function Drops({ session }: { session: SessionView | undefined }) {
  const taker = takerOf(session);
  const takes = taker === "patient";
  const [drag, setDrag] = useState<Drag>("left");
  useEffect(() => heard(events.dragged(setDrag)), []);
  useDropped(takes);
  if (drag === "left" || (drag === "dropped" && takes)) return null;
  if (drag === "over") return <DropTarget taker={taker} />;
  return (
    <DropRefused
      taker={taker}
      onClose={() => {
        setDrag("left");
      }}
    />
  );
}

/** Over the whole window while files are held over it. */
export function DropTarget({ taker }: { taker: Taker }) {
  return (
    <div className="drop-over" role="status">
      <div className="drop">
        <Emblem name={taker === "patient" ? "upload" : "info"} size="large" />
        <p className="strong">{t(`drop.${taker}`)}</p>
        <p className="soft">{t(`drop.${taker}.mend`)}</p>
      </div>
    </div>
  );
}

/** They were let go where nothing takes them. */
export function DropRefused({ taker, onClose }: { taker: Taker; onClose: () => void }) {
  return (
    <div className="drop-refused">
      <Notice tone="caution" title={t(`drop.${taker}`)} alert>
        <p>
          {t("drop.nothing")} {t(`drop.${taker}.mend`)}
        </p>
        <Button onPress={onClose}>{t("action.dismiss")}</Button>
      </Notice>
    </div>
  );
}

/** Dropped files are added; what cannot be added now waits on its page until it can. */
function useDropped(takes: boolean): void {
  useEffect(
    () =>
      takes
        ? heard(
            events.dropped((selection) => {
              startImport(selection).catch((error: unknown) => {
                letWait(selection, error);
                navigate("/add");
              });
            }),
          )
        : undefined,
    [takes],
  );
}

const heard = (stop: Promise<() => void>) => () => {
  void stop.then((off) => {
    off();
  });
};
