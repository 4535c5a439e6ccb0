import { type ReactNode, useEffect, useRef } from "react";
import type { VisibilityView } from "../../backend/types";
import { href } from "../../app/router";
import { t } from "../../locales/i18n";
import { Emblem, Icon, type IconName } from "../icons";
import { VisibilityLine } from "./VisibilityLine";

interface PageProps {
  /** A sentence a person would say. */
  heading: string;
  lead?: ReactNode;
  /** Who can see this page's content; nothing while it is not known. */
  visibility?: VisibilityView | undefined;
  back?: { to: string; label: string };
  actions?: ReactNode;
  /** What the actions act on is on its way: their place is kept, so that the head does not grow when it comes. */
  actionsAwaited?: boolean;
  wide?: boolean;
  /** What belongs to the page but is not its text: beside it where there is room, after it where not. */
  beside?: ReactNode;
  children: ReactNode;
}

/** One screen: heading, visibility line, content. The heading takes the focus when the screen opens. */
export function Page(props: PageProps) {
  const { heading, lead, visibility, back, actions, actionsAwaited, wide, beside, children } = props;
  // While it is not known who can see it, the line keeps its place: nothing jumps when it comes.
  const awaited = "visibility" in props && !visibility;
  const classes = ["page-inner", wide && "wide", beside && "has-beside"].filter(Boolean).join(" ");
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
          <Heading>{heading}</Heading>
          {actions && (
            <div className="actions screen-only" {...(actionsAwaited ? placeOnly : {})}>
              {actions}
            </div>
          )}
        </div>
        {visibility && <VisibilityLine visibility={visibility} />}
        {awaited && <span className="visibility" />}
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
export function Heading({ children, still }: { children: ReactNode; still?: boolean }) {
  const element = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!still) element.current?.focus({ preventScroll: true });
  }, [still]);
  return (
    <h1 ref={element} tabIndex={-1}>
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
