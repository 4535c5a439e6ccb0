import type { FlagView, Marker, Sensitivity } from "../../backend/types";
import { Tag } from "../components/Notice";
import { categoryName, flagWords, markerTone, markerWords } from "./words";

/**
 * What must be known before believing an entry, the laboratory's flags, and what is kept apart as sensitive: in
 * words, with a symbol.
 */
export function Marks({
  markers,
  flags,
  sensitive = [],
}: {
  markers: Marker[];
  flags: FlagView[];
  sensitive?: readonly Sensitivity[];
}) {
  if (markers.length + flags.length + sensitive.length === 0) return null;
  return (
    <span className="marks">
      {markers.map((marker) => {
        const tone = markerTone(marker);
        return (
          <Tag
            key={marker}
            {...(tone ? { tone } : {})}
            {...(tone === "danger" ? { icon: "stop" as const } : {})}
            {...(marker === "keptAsSource" ? { icon: "file" as const } : {})}
          >
            {markerWords(marker)}
          </Tag>
        );
      })}
      {flags.map((flag) => {
        const { symbol, words, tone } = flagWords(flag);
        return (
          <Tag
            key={`${flag.kind}${flag.written}`}
            {...(tone ? { tone } : {})}
            {...(symbol ? { icon: null } : {})}
          >
            {symbol && <span aria-hidden="true">{symbol}</span>}
            {words}
          </Tag>
        );
      })}
      {sensitive.map((kind) => (
        <Tag key={kind} icon="shield">
          {categoryName(kind)}
        </Tag>
      ))}
    </span>
  );
}
