import { useCallback, useMemo } from "react";
import type { ItemQuery } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Loaded } from "../../shared/components/Loaded";
import { Empty } from "../../shared/components/Page";
import { useRoom } from "./context";
import { densityOf } from "./density";
import { WordsField } from "./Filters";
import { ItemList } from "./ItemList";
import { noQuery, useDensity, useSummary } from "./queries";
import { RoomPage } from "./RoomPage";
import { SectionEmpty } from "./SectionEmpty";
import { useLatest } from "./useLatest";

/** Letters, scans and forms, newest first; each opens in the reader of documents on its own page. */
export function Documents() {
  const { params, setParams, scope } = useRoom();
  const text = params.get("text");
  const query: ItemQuery = useMemo(() => ({ ...noQuery, categories: ["documents"], text }), [text]);
  const counts = useDensity(query);
  const density = useMemo(() => densityOf(counts.data ?? []), [counts.data]);
  const summary = useSummary();
  const section = summary.data?.sections.find((each) => each.category === "documents");
  const change = useLatest(setParams);
  const find = useCallback(
    (words: string) => {
      change.current({ text: words });
    },
    [change],
  );
  const ignore = useCallback(() => undefined, []);
  return (
    <RoomPage heading={t("documents.heading")} kinds={["documents"]}>
      <div className="stack stack-fill">
        <div className="filter-bar screen-only" role="search">
          <WordsField label={t("room.words")} value={text ?? ""} onChange={find} />
        </div>
        <Loaded query={counts} lines={10}>
          {() =>
            density.total > 0 ? (
              <>
                <p className="soft small figures" role="status">
                  {t("timeline.count", { n: density.total })}
                </p>
                <ItemList
                  key={text ?? ""}
                  query={query}
                  density={density}
                  name={JSON.stringify([scope, query])}
                  onSight={ignore}
                  handle={ignore}
                />
              </>
            ) : text ? (
              <Empty icon="search" heading={t("room.nothingFits")}>
                {t("room.nothingFitsHint")}
              </Empty>
            ) : (
              <SectionEmpty
                icon="documents"
                none={t("documents.none")}
                hint={t("documents.noneHint")}
                sections={section ? [section] : []}
              />
            )
          }
        </Loaded>
      </div>
    </RoomPage>
  );
}
