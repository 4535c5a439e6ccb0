import { QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { I18nProvider } from "react-aria-components";
import { answers } from "../app/queries";
import { formattingLocale } from "../locales/i18n";
import { Gallery } from "./Gallery";
import "./gallery.css";

/** Draws the gallery instead of the application; `main.tsx` asks for it in development only. */
export function showGallery(root: HTMLElement, query: URLSearchParams): void {
  const theme = query.get("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  const text = query.get("text");
  if (text) document.documentElement.dataset.text = text;
  // For pictures: nothing is caught halfway.
  if (query.has("still")) document.documentElement.dataset.still = "";
  createRoot(root).render(
    <I18nProvider locale={formattingLocale()}>
      <QueryClientProvider client={answers}>
        <Gallery only={query.get("gallery") ?? ""} />
      </QueryClientProvider>
    </I18nProvider>,
  );
}
