import type { ReactNode } from "react";
import type { SectionCount } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Empty } from "../../shared/components/Page";
import type { IconName } from "../../shared/icons";
import { StateLine } from "../../shared/records/StateLine";
import { useRoom } from "./context";

/**
 * A place with nothing in it. What is not shared is never called "none recorded", not even in a heading: there may be some
 * or none.
 */
export function SectionEmpty({
  icon,
  none,
  hint,
  sections,
  children,
}: {
  icon: IconName;
  /** The heading where none are recorded. */
  none: string;
  hint?: string;
  /** The kinds of records that would be here. */
  sections: Pick<SectionCount, "state" | "sourceOnly">[];
  children?: ReactNode;
}) {
  const { reader } = useRoom();
  if (sections.length > 0 && sections.every((section) => section.state === "notShared"))
    return (
      <Empty icon="eyeClosed" heading={t(reader === "reader" ? "state.notSharedWithYou" : "state.notShared")}>
        {t("state.notSharedHint")}
      </Empty>
    );
  const [only] = sections;
  return (
    <Empty icon={icon} heading={none}>
      {children ??
        (only && sections.length === 1 && only.sourceOnly > 0 && (
          <StateLine state="shared" sourceOnly={only.sourceOnly} reader={reader} />
        ))}
      {hint && <span>{hint}</span>}
    </Empty>
  );
}
