import { useAnswer, useDeed } from "./queries";
import { useSession } from "./session";
import { desk, doctor, patient } from "../backend";
import type { AppError } from "../backend/types";
import { t } from "../locales/i18n";
import { Button } from "../shared/components/Button";
import { Strip } from "../shared/components/Strip";
import { clockTime, fullDate, fullMoment } from "../shared/format/dates";
import { Icon } from "../shared/icons";

/** How the exchange with relay and clinic stands, in every window and on every screen alike. */
interface Connection {
  /** Seconds since 1970 of the last exchange that worked. */
  lastSync: number | null;
  problem: AppError | null;
  /** Whether there is anybody to be in touch with. */
  joined: boolean;
  again: (() => Promise<unknown>) | undefined;
}

/**
 * The first page's answer tells it; it is the same answer that page draws, asked for once. Until it is there the session
 * tells how it stood, so that the strip is there from the first drawing on.
 */
function useConnection(): Connection | undefined {
  const { role, enrolled, reach } = useSession();
  const before = reach && { ...reach, joined: enrolled === true };
  const ofPatient = useAnswer(["patient-home"], patient.home, { enabled: role === "patient" });
  const ofDoctor = useAnswer(["doctor-home"], doctor.home, { enabled: role === "doctor" });
  const ofDesk = useAnswer(["desk-home"], desk.home, { enabled: role === "desk" });
  switch (role) {
    case "patient":
      return connection(ofPatient.data, before, patient.syncNow);
    case "doctor":
      return connection(ofDoctor.data, before, doctor.sync);
    case "desk":
      return ofDesk.data && { lastSync: null, problem: ofDesk.data.problem, joined: false, again: undefined };
  }
}

type Known = Pick<Connection, "lastSync" | "problem">;

const connection = (
  now: (Known & { enrolled: boolean }) | undefined,
  before: (Known & { joined: boolean }) | null,
  again: () => Promise<unknown>,
): Connection | undefined =>
  now ? { ...now, joined: now.enrolled, again } : before ? { ...before, again } : undefined;

const isOutOfReach = (problem: AppError | null): boolean => problem?.code === "relay-unreachable";

/** One strip under every page while the relay is out of reach: since when, and what that means. */
export function OfflineStrip() {
  const connection = useConnection();
  const again = useDeed(() => connection?.again?.() ?? Promise.resolve());
  if (!connection || !isOutOfReach(connection.problem)) return null;
  const when = connection.lastSync === null ? undefined : fullMoment(connection.lastSync);
  return (
    <Strip
      icon="cloudOff"
      onPaper={when === undefined ? t("paper.offlineNever") : t("paper.offline", { when })}
      action={
        connection.again && (
          <Button
            look="quiet"
            icon="refresh"
            isPending={again.isPending}
            onPress={() => {
              again.mutate(undefined);
            }}
          >
            {t("action.tryAgain")}
          </Button>
        )
      }
    >
      {when === undefined ? t("offline.never") : t("offline.was", { when })}
    </Strip>
  );
}

/** In the rail: when the relay last answered. */
export function Touch() {
  const connection = useConnection();
  if (!connection?.joined) return null;
  const out = isOutOfReach(connection.problem);
  return (
    <p className={out ? "touch touch-bad rail-touch" : "touch rail-touch"}>
      <Icon name={out ? "cloudOff" : "cloud"} />
      {out ? t("touch.out") : touchWords(connection.lastSync)}
    </p>
  );
}

const daySeconds = 86_400;

function touchWords(lastSync: number | null): string {
  if (lastSync === null) return t("touch.never");
  const ago = Date.now() / 1000 - lastSync;
  if (ago < 90) return t("touch.just");
  return ago < daySeconds / 2
    ? t("touch.today", { time: clockTime(lastSync) })
    : t("touch.day", { date: fullDate(lastSync) });
}
