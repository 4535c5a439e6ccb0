import type { ReferenceRangeView, ValueView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { quantityText, referenceText } from "./words";

/** Where a value lies against the laboratory's own range, in the units of the laboratory. */
export interface Lie {
  value: number;
  low: number | undefined;
  high: number | undefined;
}

/** Finds what can be drawn truthfully: a plain number and ends in the very same unit. */
export function lie(value: ValueView | null, range: ReferenceRangeView | undefined): Lie | undefined {
  if (value?.kind !== "quantity" || !range || value.quantity.comparator) return undefined;
  const unit = value.quantity.unit ?? value.quantity.code;
  const point = number(value.quantity.value);
  if (point === undefined) return undefined;
  const end = (side: ReferenceRangeView["low"]) =>
    side && (side.unit ?? side.code ?? unit) === unit ? number(side.value) : undefined;
  const [low, high] = [end(range.low), end(range.high)];
  if ((range.low && low === undefined) || (range.high && high === undefined)) return undefined;
  return low === undefined && high === undefined ? undefined : { value: point, low, high };
}

const number = (digits: string | null): number | undefined => {
  const parsed = digits === null || digits.trim() === "" ? Number.NaN : Number(digits);
  return Number.isFinite(parsed) ? parsed : undefined;
};

const width = 480;
const inset = 28;
const smallWidth = 160;
const smallInset = 8;

/** The range as a band on a line and the value as a point; the same numbers stand beside it as text. */
export function NumberLine({
  value,
  range,
  size = "large",
}: {
  value: ValueView | null;
  range: ReferenceRangeView | undefined;
  size?: "small" | "large";
}) {
  if (size === "small") return <SmallLine value={value} range={range} />;
  return <LargeLine value={value} range={range} />;
}

interface LineProps {
  value: ValueView | null;
  range: ReferenceRangeView | undefined;
}

/** For tables and lists: the picture alone; the numbers stand beside it as text. */
function SmallLine({ value, range }: LineProps) {
  const found = lie(value, range);
  if (!found) return null;
  const { from, to } = span(found);
  const x = (at: number) => smallInset + ((at - from) / (to - from)) * (smallWidth - 2 * smallInset);
  const start = found.low === undefined ? smallInset : x(found.low);
  const end = found.high === undefined ? smallWidth - smallInset : x(found.high);
  return (
    <svg
      className="number-line number-line-small"
      viewBox={`0 0 ${String(smallWidth)} 20`}
      aria-hidden="true"
      focusable="false"
    >
      <rect className="normal" x={start} y="5" width={Math.max(end - start, 2)} height="10" rx="2" />
      <line className="track" x1={smallInset} x2={smallWidth - smallInset} y1="10" y2="10" />
      {isOutside(found) ? (
        <path className="point outside" d={`M${String(x(found.value))} 3 l7 7 -7 7 -7 -7 Z`} />
      ) : (
        <circle className="point" cx={x(found.value)} cy="10" r="6" />
      )}
    </svg>
  );
}

const isOutside = ({ value, low, high }: Lie): boolean =>
  (low !== undefined && value < low) || (high !== undefined && value > high);

function LargeLine({ value, range }: LineProps) {
  const found = lie(value, range);
  if (!found || !range || value?.kind !== "quantity") return null;
  const { from, to } = span(found);
  const x = (at: number) => inset + ((at - from) / (to - from)) * (width - 2 * inset);
  const start = found.low === undefined ? inset : x(found.low);
  const end = found.high === undefined ? width - inset : x(found.high);
  const outside = isOutside(found);
  const text = t("range.picture", { value: quantityText(value.quantity), range: referenceText(range) });
  return (
    <svg className="number-line" viewBox={`0 0 ${String(width)} 64`} role="img" aria-label={text}>
      <rect className="normal" x={start} y="26" width={Math.max(end - start, 2)} height="14" rx="3" />
      <line className="track" x1={inset} x2={width - inset} y1="33" y2="33" />
      {found.low !== undefined && <End at={start} label={range.low?.value ?? ""} />}
      {found.high !== undefined && <End at={end} label={range.high?.value ?? ""} />}
      {outside ? (
        <path className="point outside" d={`M${String(x(found.value))} 23 l9 10 -9 10 -9 -10 Z`} />
      ) : (
        <circle className="point" cx={x(found.value)} cy="33" r="8" />
      )}
      <text x={x(found.value)} y="15" textAnchor="middle" fontWeight="600">
        {value.quantity.value}
      </text>
    </svg>
  );
}

function End({ at, label }: { at: number; label: string }) {
  return (
    <>
      <line className="edge" x1={at} x2={at} y1="22" y2="44" />
      <text x={at} y="60" textAnchor="middle">
        {label}
      </text>
    </>
  );
}

/** What the line covers: range and value with air at both ends. */
export function span({ value, low, high }: Lie): { from: number; to: number } {
  const known = [value, low, high].filter((at): at is number => at !== undefined);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const air = (most - least || Math.abs(most) || 1) * 0.25;
  return { from: least - air, to: most + air };
}
