import { type ReactNode, useState } from "react";
import { common } from "../backend";
import { t } from "../locales/i18n";
import { Icon } from "../shared/icons";
import { CommandPalette } from "./CommandPalette";
import { railOf } from "./places";
import { href, placeOf, usePath } from "./router";
import { useSession } from "./session";

/** Left rail and content. */
export function Frame({ children }: { children: ReactNode }) {
  const session = useSession();
  const [searching, setSearching] = useState(false);
  const place = placeOf(usePath(), session.role);
  const here = place?.route.under ?? place?.route.id;
  return (
    <div className="frame">
      <a className="skip" href="#content" onClick={skip}>
        {t("frame.skip")}
      </a>
      <nav className="rail" aria-label={t("frame.places")}>
        <p className="rail-mark">
          <Icon name="key" />
          Keyward
        </p>
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
            {session.clinicName ?? t(`role.${session.role}`)}
          </p>
          <button
            type="button"
            className="rail-place"
            onClick={() => {
              setSearching(true);
            }}
          >
            <Icon name="search" />
            {t("palette.open")}
            <kbd>{commandKey()} K</kbd>
          </button>
          <a
            className="rail-place"
            href={href("/settings")}
            aria-current={here === "settings" ? "page" : undefined}
          >
            <Icon name="settings" />
            {t("rail.settings")}
          </a>
          <button type="button" className="rail-place" onClick={() => void common.lock()}>
            <Icon name="lock" />
            {t("lock.verb")}
          </button>
        </div>
      </nav>
      <main id="content" className="page" tabIndex={-1}>
        {children}
      </main>
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
