import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { startTransport } from "./backend";
import { startLanguage } from "./locales/i18n";
import { startAnnouncing } from "./shared/announce";
import { startKeepingInSight } from "./shared/inSight";
import "./shared/styles/index.css";
import { startLetters, startTheme } from "./shared/theme";

startTheme();
startAnnouncing();
startKeepingInSight();

/** A language asked for in the address, for pictures in development. */
function languageAsked(): Parameters<typeof startLanguage>[0] {
  if (import.meta.env.PROD && import.meta.env.MODE !== "gallery") return undefined;
  const asked = new URLSearchParams(window.location.search).get("language");
  return asked === "en" || asked === "es" || asked === "zh" || asked === "xx" || asked === "xr"
    ? asked
    : undefined;
}

/** The first drawing waits for the line to the core, which names the window, for that window's language and its letters. */
void Promise.all([startTransport().then(() => startLanguage(languageAsked())), startLetters()]).then(() => {
  const root = document.getElementById("root");
  if (!root) return;
  const query = new URLSearchParams(window.location.search);
  if ((import.meta.env.DEV || import.meta.env.MODE === "gallery") && query.has("gallery")) {
    void import("./gallery").then(({ showGallery }) => {
      showGallery(root, query);
    });
    return;
  }
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
});
