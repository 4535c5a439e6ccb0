import { i18n } from "@lingui/core";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import { windowLabel } from "../backend";
import { en, type MessageKey } from "./en";

export type { MessageKey };
export type Params = Record<string, string | number>;
export type Catalogue = Partial<Record<MessageKey, string>>;

/** Languages a person can choose, each by its own name. */
export const languages = { en: "English", es: "Español", zh: "简体中文" } as const;
export type Language = keyof typeof languages;

/**
 * Not languages but tests of the interface, in development only: `xx` is English with accents, a third longer and in
 * brackets; `xr` is the same from right to left.
 */
export type Pseudo = "xx" | "xr";

/** Locale of dates and numbers: British English dates read "6 August 2018". */
const formatting = { en: "en-GB", es: "es", zh: "zh-Hans", xx: "en-GB", xr: "ar-u-nu-latn" } as const;

const own = (): string => `keyward.language.${windowLabel()}`;
const last = "keyward.language";

const isLanguage = (text: string | null | undefined): text is Language =>
  text !== null && text !== undefined && text in languages;

/** The language of this window: chosen here, else chosen last on this computer, else the computer's. */
function preferred(): Language {
  for (const key of [own(), last]) {
    const kept = window.localStorage.getItem(key);
    if (isLanguage(kept)) return kept;
  }
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return spoken.find(isLanguage) ?? "en";
}

async function catalogueOf(language: Language | Pseudo): Promise<Catalogue> {
  switch (language) {
    case "en":
      return en;
    case "es":
      return (await import("./es")).es;
    case "zh":
      return (await import("./zh")).zh;
    case "xx":
    case "xr":
      if (import.meta.env.PROD && import.meta.env.MODE !== "gallery") return en;
      return (await import("./pseudo")).pseudo;
  }
}

let current: Language | Pseudo = "en";

/** Loads the language of this window. What a catalogue lacks is said in English. */
export async function startLanguage(wanted: Language | Pseudo = preferred()): Promise<void> {
  i18n.setMessagesCompiler(compileMessage);
  i18n.load(wanted, { ...en, ...(await catalogueOf(wanted)) });
  i18n.activate(wanted);
  current = wanted;
  document.documentElement.lang = formatting[wanted];
  document.documentElement.dir = wanted === "xr" ? "rtl" : "ltr";
}

/** Chooses the language of this window, and of windows that are opened for the first time later. */
export async function chooseLanguage(language: Language): Promise<void> {
  await startLanguage(language);
  window.localStorage.setItem(own(), language);
  window.localStorage.setItem(last, language);
  for (const listener of listeners) listener();
}

const listeners = new Set<() => void>();

/** For the top of the window, which is drawn again as a whole when the language changes. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const language = (): Language | Pseudo => current;

/** The sentence for a key, with ICU parameters filled in. */
export function t(key: MessageKey, params?: Params): string {
  return i18n._(key, params);
}

/** Locale of dates and numbers of the language now shown. */
export const formattingLocale = (): string => formatting[current];
