import { type ReactNode, useEffect, useRef, useState } from "react";
import type { VisibilityView } from "../../backend/types";
import { href } from "../../app/router";
import { t } from "../../locales/i18n";
import { Emblem, Icon, type IconName } from "../icons";
import { VisibilityLine } from "./VisibilityLine";

interface PageProps {
  /** A sentence a person would say. */
  heading: string;
  /** The heading says more once the answer is there: a name can be long, so it has room from the beginning. */
  headingAwaited?: boolean;
  lead?: ReactNode;
  /** Who can see this page's content; nothing while it is not known. */
  visibility?: VisibilityView | undefined;
  back?: { to: string; label: string };
  actions?: ReactNode;
  /** What the actions act on is on its way: their place is kept, so that the head does not grow when it comes. */
  actionsAwaited?: boolean;
  /** Nothing came that they could act on: they stay where they are, and cannot be pressed. */
  actionsIdle?: boolean;
  wide?: boolean;
  /** What belongs to the page but is not its text: beside it where there is room, after it where not. */
  beside?: ReactNode;
  /** What stands beside is on its way: its column is kept. */
  besideAwaited?: boolean;
  children?: ReactNode;
}

/** One screen: heading, visibility line, content. The heading takes the focus when the screen opens. */
export function Page(props: PageProps) {
  const { heading, headingAwaited, lead, visibility, back, actions, actionsAwaited, actionsIdle } = props;
  const { wide, beside, besideAwaited, children } = props;
  const hasBeside = besideAwaited === true || Boolean(beside);
  const classes = ["page-inner", wide && "wide", hasBeside && "has-beside"].filter(Boolean).join(" ");
  // In a narrow window what comes later may take two lines: whatever was awaited at first keeps the room of two.
  const [kept] = useState({ heading: headingAwaited === true, sight: !visibility });
  return (
    <div className={classes}>
      <header className="page-head">
        {back && (
          <a className="back screen-only" href={href(back.to)}>
            <Icon name="back" />
            <span>{back.label}</span>
          </a>
        )}
        <div className="page-head-row">
          <Heading roomy={kept.heading}>{heading}</Heading>
          {actions && (
            <div
              className="actions screen-only"
              {...(actionsAwaited ? placeOnly : actionsIdle ? { inert: true } : {})}
            >
              {actions}
            </div>
          )}
        </div>
        {"visibility" in props && (
          <div className={kept.sight ? "page-sight roomy" : "page-sight"}>
            {visibility ? <VisibilityLine visibility={visibility} /> : <span className="visibility" />}
          </div>
        )}
        {lead && <p className="page-lead">{lead}</p>}
      </header>
      <div className="page-main">{children}</div>
      {beside && (
        <aside className="beside" aria-label={t("frame.beside")}>
          {beside}
        </aside>
      )}
    </div>
  );
}

/** Takes its room and is there for nobody yet. */
const placeOnly = { inert: true, style: { visibility: "hidden" } } as const;

/** The page's one h1. It takes the focus, unless a field is waiting for what will be typed first. */
export function Heading({
  children,
  still,
  roomy,
}: {
  children: ReactNode;
  still?: boolean;
  roomy?: boolean;
}) {
  const element = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!still) element.current?.focus({ preventScroll: true });
  }, [still]);
  return (
    <h1 ref={element} className={roomy ? "roomy" : undefined} tabIndex={-1}>
      {children}
    </h1>
  );
}

export function Section({
  heading,
  actions,
  children,
}: {
  heading: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="section">
      <div className="section-head">
        <h2>{heading}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** What is not there yet, and what to do next. */
export function Empty({
  icon,
  heading,
  children,
  action,
}: {
  icon: IconName;
  heading: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="empty">
      <Emblem name={icon} size="large" />
      <h2>{heading}</h2>
      {children && <p className="soft">{children}</p>}
      {action && <div className="actions">{action}</div>}
    </div>
  );
}
