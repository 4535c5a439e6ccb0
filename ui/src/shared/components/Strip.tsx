import { createContext, type ReactNode, use, useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { t } from "../../locales/i18n";
import { Icon, type IconName } from "../icons";
import { uncover } from "../uncover";
import { useOverflow } from "../useOverflow";
import { Button } from "./Button";
import { PaperNote } from "./PaperNote";

/** The foot of the window; nothing until it is drawn, `null` where a window has none. */
export const FootContext = createContext<HTMLElement | null | undefined>(null);

/**
 * What must be known of all that is on the page: it can come at any time, so it stands at the foot of the window, where it
 * is in sight from every part of the page and pushes nothing. There it has two lines, or one beside others where there is
 * little room, and a way to the rest. Paper has its words where they belong.
 */
export function Strip({
  icon,
  onPaper,
  action,
  children,
}: {
  icon: IconName;
  onPaper: string;
  action?: ReactNode;
  children: string;
}) {
  const foot = use(FootContext);
  const strip = useRef<HTMLDivElement>(null);
  const words = useRef<HTMLSpanElement>(null);
  const [whole, setWhole] = useState(false);
  const cut = useOverflow(words);
  useEffect(() => {
    if (foot && strip.current) uncover(foot);
  }, [foot]);
  const drawn = (
    <div
      ref={strip}
      className={whole ? "offline offline-whole screen-only" : "offline screen-only"}
      role="status"
    >
      <p>
        <Icon name={icon} />
        <span ref={words}>{children}</span>
      </p>
      {(cut || whole) && (
        <Button
          look="quiet"
          aria-expanded={whole}
          onPress={() => {
            setWhole(!whole);
          }}
        >
          {t(whole ? "strip.less" : "strip.more")}
        </Button>
      )}
      {action}
    </div>
  );
  return (
    <>
      {foot === null ? drawn : foot && createPortal(drawn, foot)}
      <PaperNote>{onPaper}</PaperNote>
    </>
  );
}
