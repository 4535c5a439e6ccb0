import { useEffect, useRef } from "react";
import { t } from "../../locales/i18n";

/** The pages as they go to the printer, one on each sheet; nothing of it is on the screen. */
export function Paper({ pictures, onReady }: { pictures: readonly string[]; onReady: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const images = [...(box.current?.querySelectorAll("img") ?? [])];
    if (images.length === 0) return undefined;
    let over = false;
    void Promise.allSettled(images.map((image) => image.decode())).then(() => {
      if (!over) onReady();
    });
    return () => {
      over = true;
    };
  }, [pictures, onReady]);
  if (pictures.length === 0) return null;
  return (
    <div ref={box} className="doc-paper" aria-hidden="true">
      {pictures.map((picture, page) => (
        <img key={picture} src={picture} alt={t("doc.foundAt", { page: page + 1 })} />
      ))}
    </div>
  );
}
