import { t } from "../../locales/i18n";
import { fullMoment } from "../../shared/format/dates";

const daySeconds = 86_400;

/** The date in full and, because that is what counts, how long ago it is. */
export function ageWords(at: number): string {
  const days = Math.max(0, Math.floor(Date.now() / 1000 / daySeconds) - Math.floor(at / daySeconds));
  return t("list.aside", { line: fullMoment(at), aside: t("backup.age", { n: days }) });
}
