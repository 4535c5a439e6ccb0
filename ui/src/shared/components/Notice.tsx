import type { ReactNode } from "react";
import { Icon, type IconName } from "../icons";

type Tone = "calm" | "task" | "good" | "caution" | "danger";

const icons: Record<Tone, IconName> = {
  calm: "info",
  task: "forward",
  good: "check",
  caution: "warning",
  danger: "warning",
};

/** Something to know here and now; a `task` is the one thing to do next. `alert` interrupts a screen reader; use it for what just went wrong. */
export function Notice({
  tone = "calm",
  title,
  children,
  alert,
}: {
  tone?: Tone;
  title?: string;
  children?: ReactNode;
  alert?: boolean;
}) {
  return (
    <div className={`notice notice-${tone}`} role={alert ? "alert" : undefined}>
      <Icon name={icons[tone]} />
      <div className="notice-body">
        {title && <p className="notice-title">{title}</p>}
        {typeof children === "string" ? <p>{children}</p> : children}
      </div>
    </div>
  );
}

/**
 * A short state in words. What has a colour has a sign too: that of a notice of its tone, or its own; `null` where the
 * words bring one along. `action` only says that something is new or open here.
 */
export function Tag({
  tone,
  icon,
  children,
}: {
  tone?: "good" | "caution" | "danger" | "action";
  icon?: IconName | null;
  children: ReactNode;
}) {
  const sign = icon === undefined && tone && tone !== "action" ? icons[tone] : icon;
  return (
    <span className={tone ? `tag tag-${tone}` : "tag"}>
      {sign && <Icon name={sign} />}
      {children}
    </span>
  );
}
