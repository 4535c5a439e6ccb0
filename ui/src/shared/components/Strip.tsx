import { createContext, type ReactNode, use, useEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { uncover } from "../uncover";
import { Icon, type IconName } from "../icons";
import { PaperNote } from "./PaperNote";

/** The foot of the window; nothing until it is drawn, `null` where a window has none. */
export const FootContext = createContext<HTMLElement | null | undefined>(null);

/**
 * What must be known of all that is on the page: it can come at any time, so it stands at the foot of the window, where it
 * is in sight from every part of the page and pushes nothing. Paper has its words where they belong.
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
  useEffect(() => {
    if (foot && strip.current) uncover(foot);
  }, [foot]);
  const drawn = (
    <div ref={strip} className="offline screen-only" role="status">
      <p>
        <Icon name={icon} />
        <span>{children}</span>
      </p>
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
