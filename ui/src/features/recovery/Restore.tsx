import { useEffect, useState } from "react";
import { href } from "../../app/router";
import { welcome } from "../../backend";
import type { KitReading, RestoreOffer, RestoreSource } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Icon } from "../../shared/icons";
import { Letter } from "../welcome/Letter";
import { KitStep, SourceStep } from "./RestoreSteps";
import { VersionStep } from "./RestoreVersion";

/** What is known so far on the way back. The kit itself is not in the page: a token stands for it. */
interface Way {
  kit?: KitReading;
  source?: RestoreSource;
  offer?: RestoreOffer;
}

const forget = () => {
  // Without an answer there is nothing to say and nobody left to say it to.
  welcome.restoreForget().catch(() => undefined);
};

/** Bringing a profile back on this computer: the kit, the backup, then what and under which name. */
export function Restore() {
  const [way, setWay] = useState<Way>({});
  const { kit, source, offer } = way;
  // Who leaves the page wants nothing back: what runs is stopped, and the core forgets the kit.
  useEffect(() => forget, []);
  const step = !kit ? "kit" : !offer || !source ? "source" : "version";
  return (
    <Letter
      wide
      beside={
        <a className="back" href={href("/")}>
          <Icon name="back" />
          <span>{t("action.back")}</span>
        </a>
      }
    >
      {step === "kit" && (
        <KitStep
          onRead={(read) => {
            setWay({ kit: read });
          }}
        />
      )}
      {kit && step === "source" && (
        <SourceStep
          kit={kit}
          onBack={() => {
            setWay({});
          }}
          onOpened={(opened, from) => {
            setWay({ kit, source: from, offer: opened });
          }}
        />
      )}
      {kit && source && offer && (
        <VersionStep
          kit={kit}
          source={source}
          offer={offer}
          onBack={() => {
            setWay({ kit });
          }}
        />
      )}
    </Letter>
  );
}
