import type { ExportWords, ReceiptWords, Role } from "../../backend/types";
import { t } from "../../locales/i18n";
import { allTitles } from "../../shared/records/own";
import { categories, categoryName } from "../../shared/records/words";

/** The words of the receipt's file, in the language of the page. `{date}` is put in by who knows it. */
export const receiptWords = (profile: string, clinic: string | null, role: Role): ReceiptWords => ({
  lang: document.documentElement.lang,
  title: t("left.file"),
  heading: t("left.heading", { name: profile }),
  when: t("left.when"),
  profile: t("left.profile"),
  here: t("left.here"),
  hereDone: t(`left.hereDone.${role}`),
  relay: t("left.relay"),
  clinic: clinic === null ? t("left.noClinic") : t("left.clinic", { clinic }),
  nothing: t(`left.nothing.${role}`),
  signed: t("left.signed", { date: "{date}" }),
  deleted: t("left.deleted"),
  notAsked: t("left.notAsked"),
  keeps: t("left.keeps"),
  registerEntry: t("left.keeps.register-entry"),
  identityCheck: t("left.keeps.identity-check"),
  history: t("left.keeps.history"),
  fetched: t("left.fetchedCount"),
  signedByRelay: t("left.byRelay"),
  signedByClinic: t("left.byClinic"),
});

/** Where somebody in a register stands, by the names it has there. */
const states = ["registered", "identity-checked", "invited", "enrolled", "withdrawn", "removed"] as const;

/** The words of an export. `{name}` and `{date}` are put in by who knows them. */
export const exportWords = (role: Role): ExportWords => ({
  lang: document.documentElement.lang,
  title: t("export.title", { name: "{name}" }),
  made: t("export.made", { date: "{date}" }),
  whereIsWhat: t(`export.where.${role}`),
  records: t("export.records"),
  date: t("export.date"),
  what: t("export.what"),
  kind: t("export.kind"),
  noDate: t("export.noDate"),
  shares: t("export.shares"),
  with: t("export.with"),
  from: t("export.from"),
  until: t("export.until"),
  number: t("export.number"),
  looked: t("export.looked"),
  when: t("export.when"),
  who: t("export.who"),
  recordsSeen: t("export.seen"),
  about: t("export.about"),
  aboutPage: t("export.aboutPage"),
  aboutRecords: t("export.aboutRecords"),
  aboutShares: t("export.aboutShares"),
  aboutLooked: t("export.aboutLooked"),
  aboutOriginals: t("export.aboutOriginals"),
  aboutKept: t("export.aboutKept"),
  aboutSettings: t("export.aboutSettings"),
  aboutOpen: t("export.aboutOpen"),
  people: t("export.people"),
  clinicians: t("export.clinicians"),
  born: t("export.born"),
  state: t("export.state"),
  role: t("export.role"),
  organisation: t("export.organisation"),
  aboutPeople: t("export.aboutPeople"),
  aboutClinicians: t("export.aboutClinicians"),
  aboutRegister: t("export.aboutRegister"),
  states: Object.fromEntries(states.map((state) => [state, t(`export.state.${state}`)])),
  kinds: Object.fromEntries(categories.map((category) => [category, categoryName(category)])),
  titles: allTitles(),
});
