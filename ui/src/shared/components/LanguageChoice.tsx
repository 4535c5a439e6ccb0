import { useEffect, useRef } from "react";
import { chooseLanguage, type Language, language, languages, t } from "../../locales/i18n";
import { Segmented } from "./Segmented";

/** The window is about to be drawn anew because of a choice made here. */
let choosing = false;

/** The language of this window. Each language is called by its own name, so that whoever needs it finds it. */
export function LanguageChoice() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!choosing) return;
    choosing = false;
    // Arrow keys choose at once: without this, whoever goes past a language would lose her place at it.
    box.current?.querySelector<HTMLInputElement>("input:checked")?.focus();
  }, []);
  return (
    <div ref={box}>
      <Segmented<Language>
        label={t("settings.language")}
        value={language() as Language}
        segments={(Object.keys(languages) as Language[]).map((value) => ({ value, title: languages[value] }))}
        onChange={(chosen) => {
          choosing = true;
          void chooseLanguage(chosen);
        }}
      />
    </div>
  );
}
