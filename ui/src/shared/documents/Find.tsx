import type { FoundPlace } from "../../backend/types";
import { t } from "../../locales/i18n";
import { TextField } from "../components/Fields";
import type { Search } from "./useFind";

/** The core tells no more places than these. */
const most = 500;

/** Where the words are typed, and how often they were found. */
export function FindField({ search }: { search: Search }) {
  const { words, setWords, places } = search;
  return (
    <div className="doc-find" role="search">
      <TextField label={t("doc.find")} type="search" value={words} onChange={setWords} />
      <p className="soft small" role="status">
        {places &&
          (places.length >= most
            ? t("doc.foundMost", { n: places.length })
            : t("doc.found", { n: places.length }))}
      </p>
    </div>
  );
}

/** Every place, with the words around it and the way there. */
export function FoundPlaces({
  places,
  onGo,
}: {
  places: readonly FoundPlace[];
  onGo: (page: number) => void;
}) {
  return (
    <ol className="doc-places" aria-label={t("doc.places")}>
      {places.map((place, number) => (
        <li key={`${String(place.page)} ${String(number)}`}>
          <button
            type="button"
            className="doc-place"
            onClick={() => {
              onGo(place.page);
            }}
          >
            <span className="soft small">{t("doc.foundAt", { page: place.page + 1 })}</span>
            <span>
              {place.before}
              <mark>{place.found}</mark>
              {place.after}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
