import { useState } from "react";
import { useSession } from "../../app/session";
import { answers, useAnswer, useDeed } from "../../app/queries";
import { common } from "../../backend";
import type { SettingsView, Theme } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, Link } from "../../shared/components/Button";
import { Facts } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { TextField } from "../../shared/components/Fields";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Page, Section } from "../../shared/components/Page";
import { PassphraseFields, noPassphrase, passphraseFaults } from "../../shared/components/Passphrase";
import { LanguageChoice } from "../../shared/components/LanguageChoice";
import { Segmented } from "../../shared/components/Segmented";
import { toast } from "../../shared/components/Toast";
import { Form } from "../../shared/forms";
import { useTravel } from "../patient/travel";
import { Privacy } from "./Privacy";
import { type TextSize, applyTextSize, applyTheme, sizes, useTextSize } from "../../shared/theme";

export function Settings() {
  const { role } = useSession();
  const isPatient = role === "patient";
  const travel = useTravel(isPatient);
  const settings = useAnswer(["settings"], common.settingsRead);
  return (
    <Page heading={t("settings.heading")} lead={t("settings.lead")} visibility={{ kind: "onlyYou" }}>
      <Loaded query={settings}>{(known) => <SettingsForm known={known} />}</Loaded>
      {/* What stands below waits too: it would be pushed down the page. */}
      {settings.isFetched && (!isPatient || travel.isFetched) && (
        <>
          {isPatient && <Privacy />}
          <PassphraseSection />
          <Safety />
          <Others />
          <About />
        </>
      )}
    </Page>
  );
}

function SettingsForm({ known }: { known: SettingsView }) {
  const size = useTextSize();
  const write = useDeed(common.settingsWrite, () => {
    void answers.invalidateQueries({ queryKey: ["session"] });
  });
  const setTheme = (theme: Theme) => {
    applyTheme(theme);
    write.mutate({ ...known, theme });
  };
  return (
    <>
      <Section heading={t("settings.looks")}>
        <div className="panel stack-wide">
          <Segmented<Theme>
            label={t("settings.theme")}
            value={known.theme}
            segments={[
              { value: "system", title: t("settings.theme.system"), icon: "screen" },
              { value: "light", title: t("settings.theme.light"), icon: "sun" },
              { value: "dark", title: t("settings.theme.dark"), icon: "moon" },
            ]}
            onChange={setTheme}
          />
          <Segmented<TextSize>
            label={t("settings.textSize")}
            value={size}
            segments={sizes.map((value) => ({
              value,
              title: t(`settings.textSize.${value}`),
            }))}
            onChange={applyTextSize}
          />
          <LanguageChoice />
        </div>
      </Section>
      <Section heading={t("settings.lock")}>
        <p>{t("settings.lockByKey")}</p>
        {onLinux && <p>{t("settings.systemLock")}</p>}
        <LockProtects />
        <LockMinutes
          minutes={known.autoLockMinutes}
          pending={write.isPending}
          onSave={(autoLockMinutes) => {
            const before = known.autoLockMinutes;
            write.mutate(
              { ...known, autoLockMinutes },
              {
                onSuccess: () => {
                  toast(t("settings.minutesSaved", { n: autoLockMinutes }), () => {
                    write.mutate({ ...known, autoLockMinutes: before });
                  });
                },
              },
            );
          }}
        />
      </Section>
      {write.isError && <Failure error={write.error} />}
    </>
  );
}

/** Honestly: what a lock keeps away, with a passphrase and without. */
function LockProtects() {
  const { passphraseSet, role } = useSession();
  return (
    <Notice title={t(passphraseSet ? "settings.lockWithTitle" : "settings.lockWithoutTitle")}>
      <p>{t(passphraseSet ? "lock.protects.with" : "lock.protects.without")}</p>
      {!passphraseSet && <p>{t("settings.lockPassphrase")}</p>}
      <p>{t("settings.lockMemory")}</p>
      <p>{t("settings.lockClipboard")}</p>
      {!onLinux && role !== "desk" && <p>{t("settings.lockFrames")}</p>}
    </Notice>
  );
}

/**
 * Only there the shell hears the system's lock, and learns whether the clipboard holds what a frame's own document
 * put there.
 */
const onLinux = /Linux/.test(navigator.userAgent);

/** After how many minutes without a hand on the window it locks. */
function LockMinutes({
  minutes,
  pending,
  onSave,
}: {
  minutes: number;
  pending: boolean;
  onSave: (minutes: number) => void;
}) {
  const [text, setText] = useState(String(minutes));
  // Undone, or changed elsewhere: what is typed follows. The field stays the same one, and with it the focus.
  const [known, setKnown] = useState(minutes);
  if (known !== minutes) {
    setKnown(minutes);
    setText(String(minutes));
  }
  const number = Number(text);
  const wrong =
    /^\d+$/.test(text.trim()) && number >= 1 && number <= 120 ? undefined : t("settings.minutesWrong");
  return (
    <div className="panel">
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          if (!wrong) onSave(number);
        }}
      >
        <TextField
          label={t("settings.minutes")}
          hint={t("settings.minutesHint")}
          value={text}
          error={wrong}
          onChange={setText}
          maxLength={3}
          short
        />
        <Button type="submit" isPending={pending}>
          {t("settings.saveMinutes")}
        </Button>
      </Form>
    </div>
  );
}

/** Set, change or take away the passphrase. */
function PassphraseSection() {
  const session = useSession();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState({ ...noPassphrase, wanted: true });
  const [tried, setTried] = useState(false);
  const [said, setSaid] = useState<string>();
  const set = useDeed(common.passphraseSet, (_, { next: value }) => {
    setCurrent("");
    setNext({ ...noPassphrase, wanted: true });
    setTried(false);
    setSaid(t(value === null ? "settings.passphraseRemoved" : "settings.passphraseSaved"));
    void answers.invalidateQueries({ queryKey: ["session"] });
  });
  const currentOrNothing = session.passphraseSet ? current : null;
  return (
    <Section heading={t(session.passphraseSet ? "settings.passphraseChange" : "settings.passphraseNew")}>
      {said && (
        <Notice tone="good" alert>
          {said}
        </Notice>
      )}
      <div className="panel">
        <Form
          onSubmit={(event) => {
            event.preventDefault();
            setTried(true);
            if (next.wanted && Object.keys(passphraseFaults(next)).length === 0)
              set.mutate({ current: currentOrNothing, next: next.first });
          }}
        >
          {session.passphraseSet && (
            <TextField
              label={t("settings.passphraseCurrent")}
              type="password"
              value={current}
              onChange={setCurrent}
              autoComplete="current-password"
            />
          )}
          <PassphraseFields value={next} onChange={setNext} tried={tried} optional={false} />
          {set.isError && <Failure error={set.error} />}
          <div className="actions">
            <Button type="submit" isPending={set.isPending} isDisabled={!next.wanted}>
              {t("settings.passphraseSave")}
            </Button>
            {session.passphraseSet && (
              <Button
                look="quiet"
                isDisabled={current === ""}
                onPress={() => {
                  set.mutate({ current: currentOrNothing, next: null });
                }}
              >
                {t("settings.passphraseRemove")}
              </Button>
            )}
          </div>
        </Form>
      </div>
    </Section>
  );
}

/** What else belongs to keeping records: losing the computer, and taking them along. */
function Safety() {
  return (
    <Section heading={t("settings.safety")}>
      <p>
        <Link to="/settings/recovery">{t("recovery.link")}</Link>
      </p>
      <p>
        <Link to="/settings/leaving">{t("title.leaving")}</Link>
      </p>
    </Section>
  );
}

/** A computer with one profile opens it by itself: this is the way to the others. */
function Others() {
  const show = useDeed(common.profilesShow);
  return (
    <Section heading={t("welcome.profiles")}>
      <p>{t("settings.othersHint")}</p>
      {show.isError && <Failure error={show.error} />}
      <div className="actions">
        <Button
          icon="people"
          isPending={show.isPending}
          onPress={() => {
            show.mutate(undefined);
          }}
        >
          {t("settings.others")}
        </Button>
      </div>
    </Section>
  );
}

function About() {
  const session = useSession();
  return (
    <Section heading={t("settings.about")}>
      <Facts
        facts={[
          { label: t("settings.version"), value: session.version },
          { label: t("settings.profile"), value: `${session.profileName} · ${t(`role.${session.role}`)}` },
          session.clinicName !== null && { label: t("settings.clinic"), value: session.clinicName },
          { label: t("settings.licence"), value: t("settings.licenceWords") },
        ]}
      />
      <p>
        <Link to="/settings/relay">{t("settings.relayLink")}</Link>
      </p>
    </Section>
  );
}

/** What the relay can see and what it cannot, in plain words. */
export function RelayLearns() {
  const session = useSession();
  return (
    <Page
      heading={t("relay.heading")}
      lead={t("relay.lead")}
      back={{ to: "/settings", label: t("settings.heading") }}
    >
      {session.thisComputerOnly && <Notice title={t("relay.hereTitle")}>{t("relay.here")}</Notice>}
      <Section heading={t("relay.cannot")}>
        <ul className="list">
          {(["relay.cannot1", "relay.cannot2", "relay.cannot3"] as const).map((key) => (
            <li key={key} className="list-item no-icon">
              {t(key)}
            </li>
          ))}
        </ul>
      </Section>
      <Section heading={t("relay.can")}>
        <ul className="list">
          {(
            ["relay.can1", "relay.can2", "relay.can3", "relay.can4", "relay.can5", "relay.can6"] as const
          ).map((key) => (
            <li key={key} className="list-item no-icon">
              {t(key)}
            </li>
          ))}
        </ul>
      </Section>
      <Section heading={t("relay.limits")}>
        <p>{t("relay.limits1")}</p>
        <p>{t("relay.limits2")}</p>
      </Section>
    </Page>
  );
}
