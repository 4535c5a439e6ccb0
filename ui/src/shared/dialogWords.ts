import type { PickWords, SaveWords } from "../backend/types";
import { t } from "../locales/i18n";

/** What the system's dialogs say, in the language of the page: they are opened by the core, which has no catalogue. */
export const pickWords = (what: "records" | "backup" | "invitation" | "kit"): PickWords => ({
  title: t(`dialog.pick.${what}`),
  files: t(what === "records" || what === "backup" ? `dialog.files.${what}` : "dialog.files.pictures"),
  all: t("dialog.files.all"),
});

/** `what` names a new file; one that has a name of its own keeps it. */
export const saveWords = (
  what: "export" | "receipt" | "backup" | "report" | "document" | "original",
): SaveWords => ({ title: t("dialog.save"), name: t(`dialog.name.${what}`) });
