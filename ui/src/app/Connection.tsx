import { useAnswer, useDeed } from "./queries";
import { useSession } from "./session";
import { desk, doctor, patient } from "../backend";
import type { AppError, Role } from "../backend/types";
import { t } from "../locales/i18n";
import { Button } from "../shared/components/Button";
import { PaperNote } from "../shared/components/Loaded";
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

/** The first page's answer tells it; it is the same answer that page draws, asked for once. */
function useConnection(role: Role): Connection | undefined {
  const ofPatient = useAnswer(["patient-home"], patient.home, { enabled: role === "patient" });
  const ofDoctor = useAnswer(["doctor-home"], doctor.home, { enabled: role === "doctor" });
  const ofDesk = useAnswer(["desk-home"], desk.home, { enabled: role === "desk" });
  switch (role) {
    case "patient":
      return ofPatient.data && { ...ofPatient.data, joined: ofPatient.data.enrolled, again: patient.syncNow };
    case "doctor":
      return ofDoctor.data && { ...ofDoctor.data, joined: ofDoctor.data.enrolled, again: doctor.sync };
    case "desk":
      return ofDesk.data && { lastSync: null, problem: ofDesk.data.problem, joined: false, again: undefined };
  }
}

const isOutOfReach = (problem: AppError | null): boolean => problem?.code === "relay-unreachable";

/** One strip above every page while the relay is out of reach: since when, and what that means. */
export function OfflineStrip() {
  const { role } = useSession();
  const connection = useConnection(role);
  const again = useDeed(() => connection?.again?.() ?? Promise.resolve());
  if (!connection || !isOutOfReach(connection.problem)) return null;
  const when = connection.lastSync === null ? undefined : fullMoment(connection.lastSync);
  return (
    <>
      <div className="offline screen-only" role="status">
        <p>
          <Icon name="cloudOff" />
          <span>{when === undefined ? t("offline.never") : t("offline.was", { when })}</span>
        </p>
        {connection.again && (
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
        )}
      </div>
      <PaperNote>{when === undefined ? t("paper.offlineNever") : t("paper.offline", { when })}</PaperNote>
    </>
  );
}

/** In the rail: when the relay last answered. */
export function Touch() {
  const { role, enrolled } = useSession();
  const connection = useConnection(role);
  // Its place is kept while the answer is on its way: the name above it stays where it is.
  if (!connection) return enrolled && role !== "desk" ? <p className="touch rail-touch" /> : null;
  if (!connection.joined) return null;
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
