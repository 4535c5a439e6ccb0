import { type FormEvent, type ReactNode, useRef, useState } from "react";
import type { ZodType } from "zod";
import { type MessageKey, t } from "../locales/i18n";
import { Icon } from "./icons";

export type FieldErrors<Values> = Partial<Record<keyof Values & string, string>>;

/** Checks against a schema whose messages are keys of the catalogue: field → sentence, first fault of each. */
export function faults<Values>(schema: ZodType, values: Values): FieldErrors<Values> {
  const result = schema.safeParse(values);
  if (result.success) return {};
  const found: Record<string, string> = {};
  for (const issue of result.error.issues) {
    const field = String(issue.path[0] ?? "");
    found[field] ??= t(issue.message as MessageKey);
  }
  return found as FieldErrors<Values>;
}

/** State of a form: what is wrong is said on sending, and taken back field by field as it is mended. */
export function useChecks<Values>(schema: ZodType, values: Values) {
  const [tried, setTried] = useState(false);
  const summary = useRef<HTMLDivElement>(null);
  const errors: FieldErrors<Values> = tried ? faults(schema, values) : {};
  const submit = (go: () => void) => (event?: FormEvent) => {
    event?.preventDefault();
    if (Object.keys(faults(schema, values)).length === 0) {
      go();
      return;
    }
    setTried(true);
    window.requestAnimationFrame(() => summary.current?.focus());
  };
  return { errors, submit, summary };
}

/** All faults at the top, in the same words as at the fields; it takes the focus when sending failed. */
export function ErrorSummary<Values>({
  errors,
  at,
}: {
  errors: FieldErrors<Values>;
  at: React.RefObject<HTMLDivElement | null>;
}) {
  const faults = Object.entries(errors) as [string, string][];
  return (
    <div ref={at} tabIndex={-1} role="alert">
      {faults.length > 0 && (
        <div className="notice notice-danger">
          <Icon name="warning" />
          <div className="notice-body">
            <p className="notice-title">{t("form.summary", { n: faults.length })}</p>
            <ul>
              {faults.map(([field, sentence]) => (
                <li key={field}>
                  <button
                    type="button"
                    className="link"
                    onClick={() => {
                      focusFault(at.current, sentence);
                    }}
                  >
                    {sentence}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
    </div>
  );
}

/** To the field that says the same sentence: its first input takes the focus. */
function focusFault(summary: HTMLElement | null, sentence: string): void {
  const form = summary?.closest("form");
  const saying = [...(form?.querySelectorAll(".has-error, [data-invalid]") ?? [])].find(
    (field) => !summary?.contains(field) && field.textContent.includes(sentence),
  );
  saying?.querySelector<HTMLElement>("input, textarea, select, button")?.focus();
}

/** A form whose Enter key sends it. */
export function Form({ onSubmit, children }: { onSubmit: (event: FormEvent) => void; children: ReactNode }) {
  return (
    <form className="stack" noValidate autoComplete="off" onSubmit={onSubmit}>
      {children}
    </form>
  );
}
