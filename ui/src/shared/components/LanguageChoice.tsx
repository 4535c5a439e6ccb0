import { chooseLanguage, type Language, language, languages, t } from "../../locales/i18n";
import { Segmented } from "./Segmented";

/** The language of this window. Each language is called by its own name, so that whoever needs it finds it. */
export function LanguageChoice() {
  return (
    <Segmented<Language>
      label={t("settings.language")}
      value={language() as Language}
      segments={(Object.keys(languages) as Language[]).map((value) => ({ value, title: languages[value] }))}
      onChange={(chosen) => {
        void chooseLanguage(chosen);
      }}
    />
  );
}
