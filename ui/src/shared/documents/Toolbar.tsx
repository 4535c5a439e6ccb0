import { useState } from "react";
import type { DocumentView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../components/Button";
import { Segmented } from "../components/Segmented";
import { type Turn, turned, type Zoom, zoomStep } from "./types";

export type Mode = "pages" | "text";

/** What can be done with the document that is open. */
export function Toolbar({
  document,
  page,
  onGo,
  zoom,
  percent,
  onZoom,
  turn,
  onTurn,
  mode,
  onMode,
}: {
  document: DocumentView;
  page: number;
  onGo: (page: number) => void;
  zoom: Zoom;
  /** Width now, in percent of its own size. */
  percent: () => number;
  onZoom: (zoom: Zoom) => void;
  turn: Turn;
  onTurn: (turn: Turn) => void;
  mode: Mode;
  onMode: (mode: Mode) => void;
}) {
  return (
    <div className="doc-tools" role="group" aria-label={t("doc.tools")}>
      {document.total > 1 && <PageNumber page={page} total={document.pages.length} onGo={onGo} />}
      {mode === "pages" && (
        <>
          <div className="doc-tool">
            <Button
              look="quiet"
              icon="minus"
              onPress={() => {
                onZoom(zoomStep(percent(), false));
              }}
            >
              {t("doc.zoomOut")}
            </Button>
            <Button
              look="quiet"
              icon="add"
              onPress={() => {
                onZoom(zoomStep(percent(), true));
              }}
            >
              {t("doc.zoomIn")}
            </Button>
            {zoom !== "fit" && (
              <Button
                look="quiet"
                onPress={() => {
                  onZoom("fit");
                }}
              >
                {t("doc.zoomFit")}
              </Button>
            )}
            <span className="soft small figures" role="status">
              {zoom === "fit" ? "" : t("doc.zoomAt", { percent: zoom })}
            </span>
          </div>
          <Button
            look="quiet"
            icon="turn"
            onPress={() => {
              onTurn(turned(turn));
            }}
          >
            {t("doc.rotate")}
          </Button>
        </>
      )}
      {document.kind === "pdf" && (
        <Segmented
          label={t("doc.view")}
          hideLabel
          value={mode}
          segments={[
            { value: "pages", title: t("doc.view.pages"), icon: "image" },
            { value: "text", title: t("doc.view.text"), icon: "text" },
          ]}
          onChange={onMode}
        />
      )}
    </div>
  );
}

/** Which page, and the way to another. */
function PageNumber({ page, total, onGo }: { page: number; total: number; onGo: (page: number) => void }) {
  const [typed, setTyped] = useState<string>();
  const go = () => {
    const wanted = Number.parseInt(typed ?? "", 10);
    if (Number.isFinite(wanted)) onGo(Math.min(Math.max(wanted, 1), total) - 1);
    setTyped(undefined);
  };
  return (
    <div className="doc-tool">
      <Button
        look="quiet"
        icon="back"
        isDisabled={page <= 0}
        onPress={() => {
          onGo(page - 1);
        }}
      >
        {t("doc.previous")}
      </Button>
      <label className="doc-number">
        <span>{t("doc.page")}</span>
        <input
          className="input figures"
          inputMode="numeric"
          size={4}
          value={typed ?? String(page + 1)}
          onChange={(event) => {
            setTyped(event.target.value);
          }}
          onBlur={go}
          onKeyDown={(event) => {
            if (event.key === "Enter") go();
          }}
        />
        <span className="soft">{t("doc.pageOfTotal", { total })}</span>
      </label>
      <Button
        look="quiet"
        icon="forward"
        isDisabled={page + 1 >= total}
        onPress={() => {
          onGo(page + 1);
        }}
      >
        {t("doc.next")}
      </Button>
    </div>
  );
}
