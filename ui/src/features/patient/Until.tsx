import { t } from "../../locales/i18n";
import { DateField, type DateParts, RadioGroup, noDate } from "../../shared/components/Fields";
import { endOfDay, fullDate, isoDay } from "../../shared/format/dates";

export type Span = "twoWeeks" | "threeMonths" | "oneYear" | "date";

export interface UntilChoice {
  span: Span | undefined;
  date: DateParts;
}

export const noUntil: UntilChoice = { span: undefined, date: noDate };

/** The last second of the chosen day here, or nothing while no day is chosen. */
export function untilSeconds({ span, date }: UntilChoice, today = new Date()): number | undefined {
  if (span === undefined) return undefined;
  if (span === "date") {
    const iso = isoDay(date.day, date.month, date.year);
    if (!iso) return undefined;
    const [year, month, day] = iso.split("-").map(Number);
    return endOfDay(year ?? 0, month ?? 0, day ?? 0);
  }
  const end = new Date(today);
  if (span === "twoWeeks") end.setDate(end.getDate() + 14);
  if (span === "threeMonths") end.setMonth(end.getMonth() + 3);
  if (span === "oneYear") end.setFullYear(end.getFullYear() + 1);
  return endOfDay(end.getFullYear(), end.getMonth() + 1, end.getDate());
}

/** Every share has an end; the person chooses which. */
export function UntilField({
  value,
  onChange,
  tried,
  today,
}: {
  value: UntilChoice;
  onChange: (value: UntilChoice) => void;
  tried: boolean;
  /** From when its length is counted, if not from now. */
  today?: Date;
}) {
  const missing = tried && value.span === undefined ? t("until.missing") : undefined;
  const wrong =
    tried && value.span === "date" && untilSeconds(value) === undefined ? t("until.notADate") : undefined;
  const hint = (span: Span) => {
    const until = untilSeconds({ span, date: noDate }, today);
    return until === undefined ? undefined : t("share.until", { date: fullDate(until) });
  };
  return (
    <div className="stack stack-fill">
      <RadioGroup<Span>
        label={t("until.label")}
        error={missing}
        value={value.span}
        choices={(["twoWeeks", "threeMonths", "oneYear", "date"] as const).map((span) => ({
          value: span,
          title: t(`until.${span}`),
          hint: hint(span),
        }))}
        onChange={(span) => {
          onChange({ ...value, span });
        }}
      />
      {value.span === "date" && (
        <DateField
          label={t("until.dateLabel")}
          hint={t("until.dateHint")}
          error={wrong}
          value={value.date}
          onChange={(date) => {
            onChange({ ...value, date });
          }}
        />
      )}
    </div>
  );
}
