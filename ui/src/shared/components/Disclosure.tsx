import type { ReactNode } from "react";
import { Button, Disclosure as AriaDisclosure, DisclosurePanel, Heading } from "react-aria-components";
import { Icon } from "../icons";

/** More for who wants more. */
export function Disclosure({
  label,
  children,
  level = 3,
}: {
  label: string;
  children: ReactNode;
  level?: 2 | 3 | 4;
}) {
  return (
    <AriaDisclosure className="disclosure">
      <Heading level={level}>
        <Button slot="trigger" className="disclosure-trigger">
          <Icon name="chevron" />
          {label}
        </Button>
      </Heading>
      <DisclosurePanel className="disclosure-body">{children}</DisclosurePanel>
    </AriaDisclosure>
  );
}
