import { i18n } from "@lingui/core";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import { en, type MessageKey } from "./en";

export type { MessageKey };
export type Params = Record<string, string | number>;

/** Loads the catalogue of a language. The window is drawn again as a whole when the language changes. */
export function startLanguage(): void {
  i18n.setMessagesCompiler(compileMessage);
  i18n.load("en", { ...en });
  i18n.activate("en");
}

/** The sentence for a key, with ICU parameters filled in. */
export function t(key: MessageKey, params?: Params): string {
  return i18n._(key, params);
}

/** Locale of dates and numbers: British English dates read "6 August 2018". */
export const formattingLocale = "en-GB";
