import type { SectionState } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Icon } from "../icons";

/**
 * Why a section shows nothing: not shared, none recorded, or there but shown as source only. Three different
 * sentences with three different signs, so that none is mistaken for another.
 */
export function StateLine({
  state,
  sourceOnly = 0,
  reader,
  none,
}: {
  state: SectionState;
  sourceOnly?: number;
  reader: "owner" | "reader";
  /** Instead of "None recorded". */
  none?: string;
}) {
  if (state === "notShared")
    return (
      <span className="state-line state-not-shared">
        <Icon name="eyeClosed" />
        {t(reader === "reader" ? "state.notSharedWithYou" : "state.notShared")}
      </span>
    );
  return (
    <>
      {(state === "noneRecorded" || none) && (
        <span className="state-line">
          <Icon name="check" />
          {state === "noneRecorded" ? t("state.noneRecorded") : none}
        </span>
      )}
      {sourceOnly > 0 && (
        <span className="state-line">
          <Icon name="file" />
          <span>
            {t("state.sourceOnly", { n: sourceOnly })}
            <span className="soft small state-hint">{t("state.sourceOnlyHint")}</span>
          </span>
        </span>
      )}
    </>
  );
}
