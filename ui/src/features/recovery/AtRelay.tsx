import { useState } from "react";
import { isOver, useDeed, useJob } from "../../app/queries";
import { useSession } from "../../app/session";
import { common, recovery } from "../../backend";
import type { RelayBackup } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Decision } from "../../shared/components/Decision";
import { Disclosure } from "../../shared/components/Disclosure";
import { Facts } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { Notice } from "../../shared/components/Notice";
import { Section } from "../../shared/components/Page";
import { JobProgress } from "../../shared/components/Waiting";
import { fullDate, fullMoment } from "../../shared/format/dates";
import { sizeWords } from "../../shared/format/sizes";
import { ageWords } from "./age";

/** The backup that the clinic's relay keeps: on and off, what is there, and what it tells about her. */
export function AtRelaySection({ relay, ready }: { relay: RelayBackup; ready: boolean }) {
  const { role } = useSession();
  return (
    <Section heading={t("backup.relay")}>
      <p>{t(role === "doctor" ? "backup.relayLead.doctor" : "backup.relayLead")}</p>
      {!relay.possible && <Notice>{t("backup.relayJoin")}</Notice>}
      {relay.possible && !ready && <Notice>{t("backup.kitFirst")}</Notice>}
      {relay.possible && ready && <AtRelay relay={relay} />}
    </Section>
  );
}

function AtRelay({ relay }: { relay: RelayBackup }) {
  const { role } = useSession();
  const [job, setJob] = useState<string>();
  const running = useJob(job);
  const send = useDeed(recovery.backupRelayNow, setJob);
  // It is switched on in order to have a backup there: the first one is sent at once, unless it waits for its turn.
  const turn = useDeed(recovery.backupRelay, (_, asked) => {
    if (asked.on && relay.by === null) send.mutate(undefined);
    else setJob(undefined);
  });
  if (running && !isOver(running))
    return (
      <JobProgress
        job={running}
        onCancel={() => {
          void common.jobCancel({ job: running.id });
        }}
      />
    );
  const failed = running?.state === "failed" ? running.error : relay.problem;
  return (
    <>
      {relay.thisComputerOnly && <Notice tone="caution">{t("backup.relayHere")}</Notice>}
      {relay.stranger !== null && (
        <Notice tone="caution" title={t("backup.relayStranger")}>
          {t("backup.relayStrangerWhy", { date: fullMoment(relay.stranger) })}
        </Notice>
      )}
      {failed && <Failure error={failed} tone="caution" />}
      <div role="status" className="stack stack-tight">
        {relay.on && running?.state === "done" && <Notice tone="good">{t("backup.relayDone")}</Notice>}
        {relay.on && running?.state === "cancelled" && <Notice>{t("backup.relayStopped")}</Notice>}
        {relay.on && relay.waits && <Notice>{t("backup.relayWaits")}</Notice>}
        {relay.deleting && <Notice>{t("backup.relayDeleting")}</Notice>}
        {!relay.on && relay.deleted !== null && (
          <Notice tone="good">{t("backup.relayDeleted", { date: fullDate(relay.deleted) })}</Notice>
        )}
      </div>
      {relay.on && <Facts facts={factsOf(relay)} />}
      {relay.on && relay.versions.length > 0 && <Versions relay={relay} />}
      {relay.on && relay.address !== null && <p className="soft">{t("backup.relayAddressHint")}</p>}
      <p className="soft">{t(role === "doctor" ? "backup.relayHint.doctor" : "backup.relayHint")}</p>
      {relay.on && relay.by !== null && <p>{t("backup.relayApart", { date: fullDate(relay.by) })}</p>}
      {[turn, send].map((deed, index) => deed.isError && <Failure key={index} error={deed.error} />)}
      <div className="actions">
        {relay.on ? (
          <>
            {!relay.waits && (
              <Button
                icon="refresh"
                isPending={send.isPending}
                onPress={() => {
                  send.mutate(undefined);
                }}
              >
                {t("backup.relayNow")}
              </Button>
            )}
            <Decision
              verb={t("backup.relayOff")}
              icon="cross"
              look="quiet"
              heading={t("backup.relayOffAsk")}
              confirm={t("backup.relayOffGo")}
              keep={t("backup.relayOffKeep")}
              deed={turn}
              input={() => ({ on: false })}
            >
              <p>{t("backup.relayOffWhy")}</p>
            </Decision>
          </>
        ) : (
          <Button
            icon="archive"
            isPending={turn.isPending || send.isPending}
            onPress={() => {
              turn.mutate({ on: true });
            }}
          >
            {t("backup.relayOn")}
          </Button>
        )}
      </div>
    </>
  );
}

const factsOf = (relay: RelayBackup) => [
  relay.address !== null && {
    label: t("backup.relayAddress"),
    value: relay.address,
  },
  {
    label: t("backup.complete"),
    value: relay.complete === null ? t("backup.never") : ageWords(relay.complete),
  },
  relay.at !== null && { label: t("backup.last"), value: fullMoment(relay.at) },
  relay.quota > 0 && {
    label: t("backup.relayRoom"),
    value: t("backup.relayRoomOf", { used: sizeWords(relay.bytes), most: sizeWords(relay.quota) }),
  },
];

function Versions({ relay }: { relay: RelayBackup }) {
  return (
    <Disclosure label={t("backup.relayVersions", { n: relay.versions.length })}>
      <p className="soft">{t("backup.relayKeeps")}</p>
      <ul className="bullets">
        {relay.versions.map((version) => (
          <li key={version.at} className="figures">
            {t("backup.relayVersion", { date: fullMoment(version.at), size: sizeWords(version.bytes) })}
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}
