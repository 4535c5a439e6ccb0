import type { FlagView, Marker } from "../../backend/types";
import { Tag } from "../components/Notice";
import { flagWords, markerTone, markerWords } from "./words";

/** What must be known before believing an entry, and the laboratory's flags: in words, with a symbol. */
export function Marks({ markers, flags }: { markers: Marker[]; flags: FlagView[] }) {
  if (markers.length === 0 && flags.length === 0) return null;
  return (
    <span className="marks">
      {markers.map((marker) => {
        const tone = markerTone(marker);
        return (
          <Tag
            key={marker}
            {...(tone ? { tone } : {})}
            {...(tone === "danger" ? { icon: "stop" as const } : {})}
          >
            {markerWords(marker)}
          </Tag>
        );
      })}
      {flags.map((flag) => {
        const { symbol, words, tone } = flagWords(flag);
        return (
          <Tag key={`${flag.kind}${flag.written}`} {...(tone ? { tone } : {})}>
            {symbol && <span aria-hidden="true">{symbol}</span>}
            {words}
          </Tag>
        );
      })}
    </span>
  );
}
