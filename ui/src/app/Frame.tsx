import { type ReactNode, useEffect, useState } from "react";
import { common } from "../backend";
import { t } from "../locales/i18n";
import { Letterhead } from "../shared/components/Letterhead";
import { FootContext } from "../shared/components/Strip";
import { Toasts } from "../shared/components/Toast";
import { Brand, Icon } from "../shared/icons";
import { CommandPalette } from "./CommandPalette";
import { OfflineStrip, Touch } from "./Connection";
import { useCopying } from "./copying";
import { railOf } from "./places";
import { href, placeOf, usePath } from "./router";
import { useSession } from "./session";

/** Left rail and content. */
export function Frame({ children }: { children: ReactNode }) {
  const session = useSession();
  const [searching, setSearching] = useState(false);
  const [foot, setFoot] = useState<HTMLElement | null>();
  useLockKey();
  useCopying();
  const place = placeOf(usePath(), session.role);
  const here = place?.route.under ?? place?.route.id;
  return (
    <div className="frame">
      <a className="skip" href="#content" onClick={skip}>
        {t("frame.skip")}
      </a>
      <nav className="rail" aria-label={t("frame.places")}>
        <p className="rail-mark">
          <Brand />
          Keyward
        </p>
        <button
          type="button"
          className="rail-find"
          onClick={() => {
            setSearching(true);
          }}
        >
          <Icon name="search" />
          {t("palette.open")}
          <kbd>{commandKey()} K</kbd>
        </button>
        <div className="rail-places">
          {railOf(session.role).map((route) => (
            <a
              key={route.id}
              className="rail-place"
              href={href(route.path)}
              aria-current={here === route.id ? "page" : undefined}
            >
              <Icon name={route.rail.icon} />
              {t(route.rail.label)}
            </a>
          ))}
        </div>
        <div className="rail-foot">
          <p className="rail-who">
            <strong>{session.personName ?? session.profileName}</strong>
            <span>{session.clinicName ?? t(`role.${session.role}`)}</span>
          </p>
          <Touch />
          <a
            className="rail-place"
            href={href("/settings")}
            aria-current={here === "settings" ? "page" : undefined}
          >
            <Icon name="settings" />
            {t("rail.settings")}
          </a>
          <button
            type="button"
            className="rail-place"
            aria-keyshortcuts="Control+Shift+L Meta+Shift+L"
            onClick={() => void common.lock()}
          >
            <Icon name="lock" />
            {t("lock.verb")}
            <kbd aria-hidden="true">{lockKey()}</kbd>
          </button>
        </div>
      </nav>
      <main id="content" className="page" tabIndex={-1}>
        <Letterhead />
        <FootContext value={foot}>
          <OfflineStrip />
          {children}
        </FootContext>
        <div ref={setFoot} className="foot screen-only" />
      </main>
      <Toasts />
      <CommandPalette isOpen={searching} onOpenChange={setSearching} />
    </div>
  );
}

/** The address belongs to the router; skipping only moves the focus. */
function skip(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

const commandKey = (): string => (/mac/i.test(navigator.userAgent) ? "⌘" : "Ctrl");

/** Ctrl or Cmd with Shift and L locks, wherever the focus is. */
function useLockKey(): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (
        event.key.toLowerCase() !== "l" ||
        !(event.ctrlKey || event.metaKey) ||
        !event.shiftKey ||
        event.altKey
      )
        return;
      event.preventDefault();
      void common.lock();
    };
    window.addEventListener("keydown", pressed);
    return () => {
      window.removeEventListener("keydown", pressed);
    };
  }, []);
}

const lockKey = (): string => (/mac/i.test(navigator.userAgent) ? "⌘ ⇧ L" : "Ctrl ⇧ L");
