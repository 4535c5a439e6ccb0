import { Suspense, useEffect } from "react";
import { t } from "../locales/i18n";
import { ButtonLink } from "../shared/components/Button";
import { Empty, Page } from "../shared/components/Page";
import { type RouteId, placeOf, usePath } from "./router";
import type { RouteEntry } from "./routes";
import { screens } from "./screens";

/**
 * The screen of the current address. Titles name the place and nothing else. While the code of a page that was not open
 * before is read, a few milliseconds, nothing stands there: what is pressed on a page that is left would be lost.
 */
export function Screen({ window: kind }: { window: RouteEntry["window"] }) {
  const path = usePath();
  const place = placeOf(path, kind);
  const title = t(place ? place.route.title : "title.lost");
  useEffect(() => {
    document.title = `${title} – Keyward`;
    window.scrollTo({ top: 0 });
  }, [path, title]);
  if (!place)
    return (
      <Page heading={t("lost.heading")}>
        <Empty
          icon="search"
          heading={t("lost.hint")}
          action={<ButtonLink to="/">{t("action.startAgain")}</ButtonLink>}
        />
      </Page>
    );
  const Shown = screens[place.route.id as RouteId];
  return (
    <Suspense fallback={null}>
      <Shown key={path} params={place.params} />
    </Suspense>
  );
}
