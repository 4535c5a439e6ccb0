import { type KeyboardEvent, type PointerEvent, memo, useId, useRef } from "react";
import { t } from "../../locales/i18n";
import { monthName } from "../../shared/format/dates";
import { type Density, type Stretch, heightOf, monthsOf, yearsOldestFirst } from "./density";

/** How much there is in each year and in each month of the year in sight; both lead into the list. */
export const DensityStrip = memo(function DensityStrip({
  density,
  year,
  month,
  onGo,
}: {
  density: Density;
  /** The year the list shows. */
  year: string;
  /** The month the list shows, `2018-08`. */
  month: string;
  onGo: (start: number) => void;
}) {
  const years = yearsOldestFirst(density);
  const months = monthsOf(density, year);
  const hint = useId();
  if (years.length === 0) return null;
  return (
    <div className="density" role="group" aria-label={t("timeline.strip")}>
      <p id={hint} className="hidden-visually">
        {t("timeline.stripHint")}
      </p>
      <Strip
        label={t("timeline.years")}
        describedBy={hint}
        stretches={years}
        at={years.findIndex((each) => each.key === year)}
        far={10}
        words={(each) => t("timeline.year", { year: each.key, n: each.items })}
        tick={(each, index) => labelOfYear(each, index, years)}
        onGo={onGo}
      />
      {year !== "" && (
        <Strip
          label={t("timeline.months", { year })}
          describedBy={hint}
          stretches={months}
          at={months.findIndex((each) => each.key === month)}
          far={3}
          words={(each) => t("timeline.month", { month: monthName(each.key, "long"), n: each.items })}
          tick={(each) => monthName(each.key, "short")}
          onGo={onGo}
          small
        />
      )}
    </div>
  );
});

/** Decades, and both ends; a neighbour too near is left out. */
function labelOfYear(year: Stretch, index: number, years: Stretch[]): string {
  const step = years.length > 70 ? 20 : years.length > 24 ? 10 : years.length > 10 ? 5 : 1;
  if (index === 0) return year.key;
  if (index === years.length - 1) return year.key;
  const near = Math.max(1, Math.ceil(years.length / 9));
  if (index < near || index > years.length - 1 - near) return "";
  return Number(year.key) % step === 0 ? year.key : "";
}

const width = 1000;

interface StripProps {
  label: string;
  describedBy: string;
  stretches: Stretch[];
  /** The stretch in sight. */
  at: number;
  /** How far Page Up and Page Down go. */
  far: number;
  words: (stretch: Stretch) => string;
  tick: (stretch: Stretch, index: number) => string;
  onGo: (start: number) => void;
  small?: boolean;
}

/** Bars on a line of time, moved along like a slider. Time runs from left to right in every script. */
function Strip({ label, describedBy, stretches, at, far, words, tick, onGo, small }: StripProps) {
  const box = useRef<HTMLDivElement>(null);
  const most = Math.max(...stretches.map((each) => each.items));
  const step = width / stretches.length;
  const here = stretches[Math.max(at, 0)];
  const go = (index: number) => {
    const bounded = Math.min(Math.max(index, 0), stretches.length - 1);
    const stretch = stretches[bounded];
    if (stretch) onGo(stretch.start);
  };
  /** The next one that has entries, in this direction; otherwise the last one there is. */
  const nextWith = (from: number, by: 1 | -1): number => {
    for (let index = from + by; index >= 0 && index < stretches.length; index += by)
      if ((stretches[index]?.items ?? 0) > 0) return index;
    return from;
  };
  const ends = (by: 1 | -1) => nextWith(by === 1 ? -1 : stretches.length, by);
  const pressed = (event: KeyboardEvent) => {
    const now = Math.max(at, 0);
    const goal: Record<string, () => number> = {
      ArrowRight: () => nextWith(now, 1),
      ArrowUp: () => nextWith(now, 1),
      ArrowLeft: () => nextWith(now, -1),
      ArrowDown: () => nextWith(now, -1),
      PageUp: () => nearest(now + far, stretches),
      PageDown: () => nearest(now - far, stretches),
      Home: () => ends(1),
      End: () => ends(-1),
    };
    const found = goal[event.key];
    if (!found || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(found());
  };
  const pointed = (event: PointerEvent) => {
    const area = box.current?.getBoundingClientRect();
    if (!area || area.width === 0 || event.button !== 0) return;
    go(Math.floor(((event.clientX - area.left) / area.width) * stretches.length));
  };
  return (
    <div className={small ? "strip strip-small" : "strip"} dir="ltr">
      <div
        ref={box}
        className="strip-bars"
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-describedby={describedBy}
        aria-valuemin={0}
        aria-valuemax={Math.max(stretches.length - 1, 1)}
        aria-valuenow={Math.max(at, 0)}
        aria-valuetext={here ? words(here) : ""}
        onKeyDown={pressed}
        onPointerDown={pointed}
      >
        <svg
          viewBox={`0 0 ${String(width)} 100`}
          preserveAspectRatio="none"
          aria-hidden="true"
          focusable="false"
        >
          {stretches.map((each, index) => {
            const height = heightOf(each.items, most) * 96;
            return (
              <g key={each.key}>
                {index === at && (
                  <rect className="strip-here" x={index * step} y="0" width={step} height="100" />
                )}
                <rect
                  className={index === at ? "strip-bar strip-bar-here" : "strip-bar"}
                  x={index * step + step * 0.12}
                  y={100 - height}
                  width={step * 0.76}
                  height={height}
                />
              </g>
            );
          })}
        </svg>
      </div>
      <div className="strip-ticks" aria-hidden="true">
        {stretches.map((each, index) => (
          <span key={each.key}>
            <span>{tick(each, index)}</span>
          </span>
        ))}
      </div>
    </div>
  );
}

/** The stretch with entries nearest to a place. */
function nearest(index: number, stretches: Stretch[]): number {
  const wanted = Math.min(Math.max(index, 0), stretches.length - 1);
  let best = wanted;
  let distance = Number.POSITIVE_INFINITY;
  for (const [at, each] of stretches.entries())
    if (each.items > 0 && Math.abs(at - wanted) < distance) {
      best = at;
      distance = Math.abs(at - wanted);
    }
  return best;
}
