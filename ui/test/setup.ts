import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";
import { startLanguage } from "../src/locales/i18n";

await startLanguage("en");

// A busy machine is slower than the second the library waits for; what never comes still fails.
configure({ asyncUtilTimeout: 5_000 });

// What jsdom does not have and a webview does.
window.scrollTo = () => undefined;
Element.prototype.scrollIntoView = () => undefined;
URL.createObjectURL = () => "blob:nothing";
URL.revokeObjectURL = () => undefined;
window.matchMedia = (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }) as unknown as MediaQueryList;

afterEach(cleanup);
