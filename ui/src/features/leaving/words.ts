import type { ReceiptWords } from "../../backend/types";
import { t } from "../../locales/i18n";

/** The words of the receipt's file, in the language of the page. `{date}` is put in by who knows it. */
export const receiptWords = (profile: string, clinic: string | null): ReceiptWords => ({
  lang: document.documentElement.lang,
  title: t("left.file"),
  heading: t("left.heading", { name: profile }),
  when: t("left.when"),
  profile: t("left.profile"),
  here: t("left.here"),
  hereDone: t("left.hereDone"),
  relay: t("left.relay"),
  clinic: clinic === null ? t("left.noClinic") : t("left.clinic", { clinic }),
  nothing: t("left.nothing"),
  signed: t("left.signed", { date: "{date}" }),
  notAsked: t("left.notAsked"),
  keeps: t("left.keeps"),
  registerEntry: t("left.keeps.register-entry"),
  identityCheck: t("left.keeps.identity-check"),
  history: t("left.keeps.history"),
  fetched: t("left.fetchedCount"),
  signedByRelay: t("left.byRelay"),
  signedByClinic: t("left.byClinic"),
});
