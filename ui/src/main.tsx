import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { startTransport } from "./backend";
import { startLanguage } from "./locales/i18n";
import { startAnnouncing } from "./shared/announce";
import "./shared/styles/index.css";
import { startTheme } from "./shared/theme";

startLanguage();
startTheme();
startAnnouncing();

/** The first drawing waits for the line to the core (at once in the app, a moment in a browser). */
void startTransport().then(() => {
  const root = document.getElementById("root");
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
});
