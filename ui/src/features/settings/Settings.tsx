import { useState } from "react";
import { useSession } from "../../app/session";
import { answers, useAnswer, useDeed } from "../../app/queries";
import { common } from "../../backend";
import type { SettingsView, Theme } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, Link } from "../../shared/components/Button";
import { Facts } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { RadioGroup, TextField } from "../../shared/components/Fields";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Page, Section } from "../../shared/components/Page";
import { PassphraseFields, noPassphrase, passphraseFaults } from "../../shared/components/Passphrase";
import { announce } from "../../shared/announce";
import { Form } from "../../shared/forms";
import { type TextSize, applyTextSize, applyTheme, textSize } from "../../shared/theme";

export function Settings() {
  const settings = useAnswer(["settings"], common.settingsRead);
  return (
    <Page heading={t("settings.heading")} lead={t("settings.lead")} visibility={{ kind: "onlyYou" }}>
      <Loaded query={settings}>{(known) => <SettingsForm known={known} />}</Loaded>
      <PassphraseSection />
      <About />
    </Page>
  );
}

function SettingsForm({ known }: { known: SettingsView }) {
  const [size, setSize] = useState<TextSize>(textSize());
  const [minutes, setMinutes] = useState(String(known.autoLockMinutes));
  const write = useDeed(common.settingsWrite, () => {
    announce(t("settings.saved"));
    void answers.invalidateQueries({ queryKey: ["session"] });
  });
  const number = Number(minutes);
  const wrong =
    /^\d+$/.test(minutes.trim()) && number >= 1 && number <= 120 ? undefined : t("settings.minutesWrong");
  return (
    <>
      <Section heading={t("settings.looks")}>
        <RadioGroup<Theme>
          label={t("settings.theme")}
          across
          value={known.theme}
          choices={(["system", "light", "dark"] as const).map((value) => ({
            value,
            title: t(`settings.theme.${value}`),
          }))}
          onChange={(theme) => {
            applyTheme(theme);
            write.mutate({ ...known, theme });
          }}
        />
        <RadioGroup<TextSize>
          label={t("settings.textSize")}
          across
          value={size}
          choices={(["100", "125", "150", "200"] as const).map((value) => ({
            value,
            title: t(`settings.textSize.${value}`),
          }))}
          onChange={(next) => {
            setSize(next);
            applyTextSize(next);
          }}
        />
      </Section>
      <Section heading={t("settings.lock")}>
        <Form
          onSubmit={(event) => {
            event.preventDefault();
            if (!wrong) write.mutate({ ...known, autoLockMinutes: number });
          }}
        >
          <TextField
            label={t("settings.minutes")}
            hint={t("settings.minutesHint")}
            value={minutes}
            error={wrong}
            onChange={setMinutes}
            maxLength={3}
          />
          <Button type="submit" isPending={write.isPending} isDisabled={number === known.autoLockMinutes}>
            {t("settings.saveMinutes")}
          </Button>
        </Form>
        {write.isError && <Failure error={write.error} />}
      </Section>
    </>
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
        <PassphraseFields value={next} onChange={setNext} tried={tried} />
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
          {(["relay.can1", "relay.can2", "relay.can3", "relay.can4", "relay.can5"] as const).map((key) => (
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
