import { type ReactNode, useId } from "react";
import {
  Checkbox as AriaCheckbox,
  CheckboxGroup as AriaCheckboxGroup,
  FieldError,
  Input,
  Label,
  Radio,
  RadioGroup as AriaRadioGroup,
  Text,
  TextArea,
  TextField as AriaTextField,
} from "react-aria-components";
import { t } from "../../locales/i18n";
import { dateOrder } from "../format/dates";
import { Icon, type IconName } from "../icons";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  name?: string;
  type?: "text" | "password" | "tel" | "search";
  long?: boolean;
  /** For a few digits. */
  short?: boolean;
  code?: boolean;
  maxLength?: number;
  autoFocus?: boolean;
  autoComplete?: string;
}

/** A labelled line of text. The error stands between label and input, in the label's words. */
export function TextField({
  label,
  hint,
  error,
  value,
  onChange,
  onBlur,
  name,
  type = "text",
  long,
  short,
  code,
  maxLength,
  autoFocus,
  autoComplete = "off",
}: FieldProps) {
  const inputClass = code ? "input input-code" : "input";
  return (
    <AriaTextField
      className={["field", error && "has-error", type === "search" && "field-search", short && "field-short"]
        .filter(Boolean)
        .join(" ")}
      value={value}
      onChange={onChange}
      type={type}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      autoComplete={autoComplete}
      {...(onBlur ? { onBlur } : {})}
      {...(name ? { name } : {})}
      {...(maxLength ? { maxLength } : {})}
      {...(autoFocus ? { autoFocus } : {})}
    >
      <Label className="field-label">{label}</Label>
      {hint && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      {error && <ErrorText>{error}</ErrorText>}
      {type === "search" && <Icon name="search" />}
      {long ? <TextArea className={inputClass} /> : <Input className={inputClass} />}
    </AriaTextField>
  );
}

function ErrorText({ children }: { children: string }) {
  return (
    <FieldError className="field-error">
      <Icon name="warning" />
      <span>{children}</span>
    </FieldError>
  );
}

export interface DateParts {
  day: string;
  month: string;
  year: string;
}

export const noDate: DateParts = { day: "", month: "", year: "" };

/** A date known by heart is typed in three parts: quicker and surer than a calendar. */
export function DateField({
  label,
  hint,
  error,
  value,
  onChange,
}: {
  label: string;
  hint?: string;
  error?: string | undefined;
  value: DateParts;
  onChange: (value: DateParts) => void;
}) {
  const part = (key: keyof DateParts, text: string, length: number) => (
    <AriaTextField
      key={key}
      className={key === "year" ? "date-part year" : "date-part"}
      value={value[key]}
      inputMode="numeric"
      maxLength={length}
      autoComplete="off"
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      onChange={(next) => {
        onChange({ ...value, [key]: next });
      }}
    >
      <Label>{text}</Label>
      <Input className="input figures" />
    </AriaTextField>
  );
  // A fieldset's legend keeps out of the grid that gives every field its distances.
  const id = useId();
  const about = [hint && `${id}hint`, error && `${id}error`].filter(Boolean).join(" ");
  return (
    <div
      className={error ? "field has-error" : "field"}
      role="group"
      aria-labelledby={id}
      {...(about ? { "aria-describedby": about } : {})}
    >
      <p className="field-label" id={id}>
        {label}
      </p>
      {hint && (
        <p className="field-hint" id={`${id}hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="field-error" id={`${id}error`}>
          <Icon name="warning" />
          <span>{error}</span>
        </p>
      )}
      <div className="date-parts">
        {dateOrder().map((key) => part(key, t(`date.${key}`), key === "year" ? 4 : 2))}
      </div>
    </div>
  );
}

export interface Choice<Value extends string> {
  value: Value;
  title: string;
  hint?: ReactNode;
  disabled?: boolean;
  icon?: IconName;
  /** For example how many there are. */
  side?: ReactNode;
}

interface ChoiceGroupProps<Value extends string> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  choices: Choice<Value>[];
  /** Tiles side by side; `short` ones where each is a word or two. */
  across?: boolean | "short";
}

const choicesClass = (across: boolean | "short" | undefined) =>
  across === "short" ? "choices choices-across choices-short" : across ? "choices choices-across" : "choices";

/** One of several. Nothing is chosen until a person chooses it. */
export function RadioGroup<Value extends string>({
  label,
  hint,
  error,
  choices,
  across,
  value,
  onChange,
}: ChoiceGroupProps<Value> & { value: Value | undefined; onChange: (value: Value) => void }) {
  return (
    <AriaRadioGroup
      className={error ? "field field-wide has-error" : "field field-wide"}
      value={value ?? null}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      onChange={(next) => {
        onChange(next as Value);
      }}
    >
      <Label className="field-label">{label}</Label>
      {hint && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      {error && <ErrorText>{error}</ErrorText>}
      <div className={choicesClass(across)}>
        {choices.map((choice) => (
          <Radio
            className="choice"
            key={choice.value}
            value={choice.value}
            isDisabled={choice.disabled ?? false}
          >
            <span className="choice-mark round" />
            <ChoiceBody choice={choice} />
          </Radio>
        ))}
      </div>
    </AriaRadioGroup>
  );
}

/** Any of several; nothing is ticked beforehand. */
export function CheckboxGroup<Value extends string>({
  label,
  hint,
  error,
  choices,
  across,
  value,
  onChange,
}: ChoiceGroupProps<Value> & { value: Value[]; onChange: (value: Value[]) => void }) {
  return (
    <AriaCheckboxGroup
      className={error ? "field field-wide has-error" : "field field-wide"}
      value={value}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      onChange={(next) => {
        onChange(next as Value[]);
      }}
    >
      <Label className="field-label">{label}</Label>
      {hint && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      {error && <ErrorText>{error}</ErrorText>}
      <div className={choicesClass(across)}>
        {choices.map((choice) => (
          <AriaCheckbox
            className="choice"
            key={choice.value}
            value={choice.value}
            isDisabled={choice.disabled ?? false}
          >
            <span className="choice-mark">
              <Icon name="check" size="small" />
            </span>
            <ChoiceBody choice={choice} />
          </AriaCheckbox>
        ))}
      </div>
    </AriaCheckboxGroup>
  );
}

function ChoiceBody({ choice }: { choice: Choice<string> }) {
  return (
    <>
      {choice.icon && <Icon name={choice.icon} />}
      <span className="choice-body">
        <span className="choice-title">{choice.title}</span>
        {choice.hint && <span className="soft small">{choice.hint}</span>}
      </span>
      {choice.side && <span className="choice-side figures">{choice.side}</span>}
    </>
  );
}

/** A single yes. */
export function Checkbox({
  children,
  value,
  onChange,
}: {
  children: ReactNode;
  value: boolean;
  onChange: (value: boolean) => void;
}) {
  return (
    <AriaCheckbox className="choice choice-plain" isSelected={value} onChange={onChange}>
      <span className="choice-mark">
        <Icon name="check" size="small" />
      </span>
      <span className="choice-body">{children}</span>
    </AriaCheckbox>
  );
}
