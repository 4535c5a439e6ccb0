import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components";
import { href } from "../../app/router";
import { Icon, type IconName } from "../icons";

type Look = "primary" | "plain" | "quiet" | "danger";

interface ButtonProps extends Omit<AriaButtonProps, "children" | "className"> {
  children: ReactNode;
  look?: Look;
  icon?: IconName;
}

/** The words with their sign before them; an arrow on points away from them. */
function Inside({ icon, children }: { icon: IconName | undefined; children: ReactNode }) {
  const after = icon === "forward";
  return (
    <>
      {icon && !after && <Icon name={icon} />}
      <span>{children}</span>
      {after && <Icon name={icon} after />}
    </>
  );
}

/** A button is a verb. While `isPending` it keeps its place, its words and the focus. */
export function Button({ children, look = "plain", icon, ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={`button button-${look}`}>
      <Inside icon={icon}>{children}</Inside>
    </AriaButton>
  );
}

/** A link that looks like a button, because it begins something. */
export function ButtonLink({
  to,
  children,
  look = "plain",
  icon,
}: {
  to: string;
  children: ReactNode;
  look?: Look;
  icon?: IconName;
}) {
  return (
    <a href={href(to)} className={`button button-${look}`}>
      <Inside icon={icon}>{children}</Inside>
    </a>
  );
}

export function Link({ to, children }: { to: string; children: ReactNode }) {
  return <a href={href(to)}>{children}</a>;
}
