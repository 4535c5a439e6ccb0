import { useEffect, useState } from "react";
import { useAnswer, useDeed } from "../../app/queries";
import { href, navigate } from "../../app/router";
import { asAppError, welcome } from "../../backend";
import type { ProfileSummary, Role } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, ButtonLink } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { TextField } from "../../shared/components/Fields";
import { Forgotten } from "../../shared/components/Forgotten";
import { KeyringWait } from "../../shared/components/KeyringWait";
import { LanguageChoice } from "../../shared/components/LanguageChoice";
import { Loaded } from "../../shared/components/Loaded";
import { Notice, Tag } from "../../shared/components/Notice";
import { Heading } from "../../shared/components/Page";
import { Unopened } from "../../shared/components/Unopened";
import { Form } from "../../shared/forms";
import { Emblem, Icon, type IconName } from "../../shared/icons";
import { Damaged, Kept } from "./Damaged";
import { FromHandToHand } from "./FromHandToHand";
import { Letter } from "./Letter";
import { Remove } from "./Remove";

export const roleIcons = { patient: "person", doctor: "doctor", desk: "desk" } as const satisfies Record<
  Role,
  IconName
>;

/** The first window: open a profile, or begin a new one. */
export function Welcome() {
  const profiles = useAnswer(["profiles"], welcome.profilesList, { every: 3_000 });
  const left = useAnswer(["leaving-receipt"], welcome.leavingReceipt, { every: 3_000 });
  // A profile was just deleted: its receipt comes first.
  useEffect(() => {
    if (left.data) navigate("/left", "replace");
  }, [left.data]);
  const [removed, setRemoved] = useState<string>();
  const isBack = (profiles.data?.length ?? 0) > 0;
  return (
    <Letter wide>
      {profiles.data?.length === 0 && <FromHandToHand />}
      {/* Whether she is here for the first time is not known before: nothing is said that would be said otherwise. */}
      <div className={profiles.isFetched ? "stack stack-tight" : "hidden-visually"}>
        <Heading>{t(isBack ? "welcome.back" : "welcome.heading")}</Heading>
        <p className="page-lead">{t(isBack ? "welcome.backLead" : "welcome.lead")}</p>
      </div>
      <Loaded query={profiles} lines={4}>
        {(known) => (
          <>
            <div role="status">
              {removed !== undefined && <Notice tone="good">{t("removal.done", { name: removed })}</Notice>}
            </div>
            {known.length > 0 && (
              <ul className="list" aria-label={t("welcome.profiles")}>
                {known.map((profile) => (
                  <ProfileRow key={profile.id} profile={profile} onRemoved={setRemoved} />
                ))}
              </ul>
            )}
            <section className="stack stack-fill">
              <h2>{t(known.length > 0 ? "welcome.another" : "welcome.who")}</h2>
              <ul className="list">
                {(["patient", "doctor", "desk"] as const).map((role) => (
                  <li key={role} className="list-item">
                    <Emblem name={roleIcons[role]} />
                    <div className="list-main">
                      <span className="list-title">
                        <a href={href(`/new/${role}`)}>{t(`welcome.${role}`)}</a>
                      </span>
                      <span className="soft">{t(`welcome.${role}.hint`)}</span>
                    </div>
                    <span className="list-more">
                      <Icon name="chevron" />
                    </span>
                  </li>
                ))}
                <li className="list-item">
                  <Emblem name="key" />
                  <div className="list-main">
                    <span className="list-title">
                      <a href={href("/restore")}>{t("restore.welcome")}</a>
                    </span>
                    <span className="soft">{t("restore.welcomeHint")}</span>
                  </div>
                  <span className="list-more">
                    <Icon name="chevron" />
                  </span>
                </li>
              </ul>
            </section>
          </>
        )}
      </Loaded>
      {profiles.isFetched && <LanguageChoice />}
    </Letter>
  );
}

/** A profile of this computer. One with a passphrase asks for it here, in place. */
function ProfileRow({ profile, onRemoved }: { profile: ProfileSummary; onRemoved: (name: string) => void }) {
  const [asking, setAsking] = useState(false);
  const [passphrase, setPassphrase] = useState("");
  const open = useDeed(welcome.profileOpen, () => {
    setAsking(false);
    setPassphrase("");
  });
  /** A salvage begun here: it stays in sight with its report until the profile is opened. */
  const [mending, setMending] = useState(false);
  const foundDamaged = asAppError(open.error)?.code === "vault-corrupt";
  const isDamaged = profile.damaged || foundDamaged || mending;
  const press = () => {
    setMending(false);
    if (profile.passphraseSet && !profile.open) setAsking(true);
    else open.mutate({ id: profile.id, passphrase: null });
  };
  const again = () => {
    open.mutate({ id: profile.id, passphrase: asking ? passphrase : null });
  };
  // Where somebody without a kit begins anew stands below on this page.
  const way = <KitWay />;
  return (
    <li className="list-item">
      <Emblem name={roleIcons[profile.role]} />
      <div className="list-main">
        <span className="list-title">{profile.name}</span>
        <span className="row">
          <span className="soft">{t(`role.${profile.role}`)}</span>
          {profile.open && <Tag tone="action">{t("welcome.isOpen")}</Tag>}
        </span>
        {asking && (
          <Form
            onSubmit={(event) => {
              event.preventDefault();
              open.mutate({ id: profile.id, passphrase });
            }}
          >
            <TextField
              label={t("lock.passphrase")}
              type="password"
              value={passphrase}
              onChange={setPassphrase}
              autoFocus
              autoComplete="current-password"
            />
            <Button look="primary" type="submit" isPending={open.isPending}>
              {t("welcome.open", { name: profile.name })}
            </Button>
          </Form>
        )}
        {asking && (
          <Forgotten role={profile.role} way={way}>
            <Remove
              profile={profile}
              onRemoved={() => {
                onRemoved(profile.name);
              }}
            />
          </Forgotten>
        )}
        <KeyringWait waiting={open.isPending} />
        {open.isError &&
          !foundDamaged &&
          (asking && asAppError(open.error)?.code === "passphrase-wrong" ? (
            <Failure error={open.error} />
          ) : (
            <Unopened error={open.error} role={profile.role} onRetry={again} way={way} />
          ))}
        {isDamaged && (
          <Damaged
            profile={profile}
            passphrase={passphrase}
            kitWay={<KitWay />}
            mending={mending}
            onBegin={() => {
              setMending(true);
              open.reset();
            }}
          />
        )}
        {profile.kept && !profile.damaged && !foundDamaged && <Kept profile={profile} />}
      </div>
      {!asking && (
        <Button
          onPress={press}
          isPending={open.isPending}
          aria-label={t(profile.open ? "welcome.show" : "welcome.open", { name: profile.name })}
        >
          {t(profile.open ? "action.show" : "action.open")}
        </Button>
      )}
    </li>
  );
}

function KitWay() {
  return (
    <ButtonLink to="/restore" icon="key">
      {t("restore.welcome")}
    </ButtonLink>
  );
}
