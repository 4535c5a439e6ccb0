import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";
import { startLanguage } from "../src/locales/i18n";

startLanguage();

// What jsdom does not have and a webview does.
window.scrollTo = () => undefined;
window.matchMedia = (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }) as unknown as MediaQueryList;

afterEach(cleanup);
