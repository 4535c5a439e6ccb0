import { z } from "../../shared/zod";
import type { PersonDraft } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { DateField, type DateParts, TextField, noDate } from "../../shared/components/Fields";
import { ErrorSummary, Form, useChecks } from "../../shared/forms";
import { isoDay } from "../../shared/format/dates";

/** What stands in the fields while a person is being filled in. */
export interface PersonFields {
  givenName: string;
  familyName: string;
  birth: DateParts;
  clinicNumber: string;
  phone: string;
}

export const noPerson: PersonFields = {
  givenName: "",
  familyName: "",
  birth: noDate,
  clinicNumber: "",
  phone: "",
};

const isPastDay = (birth: DateParts) => {
  const day = isoDay(birth.day, birth.month, birth.year);
  return day !== undefined && day <= new Date().toISOString().slice(0, 10) && day >= "1880-01-01";
};

const schema = z.object({
  givenName: z.string().trim().min(1, "personForm.givenMissing").max(100, "personForm.tooLong"),
  familyName: z.string().trim().min(1, "personForm.familyMissing").max(100, "personForm.tooLong"),
  birth: z.custom<DateParts>((birth) => isPastDay(birth as DateParts), "personForm.birthWrong"),
  clinicNumber: z.string().max(40, "personForm.tooLong"),
  phone: z.string().regex(/^[0-9+()/ .-]{0,40}$/, "personForm.phoneWrong"),
});

/** As the core wants it; call only with fields that passed the checks. */
export function draftOf(fields: PersonFields): PersonDraft {
  const { day, month, year } = fields.birth;
  return {
    givenName: fields.givenName.trim(),
    familyName: fields.familyName.trim(),
    birthDate: isoDay(day, month, year) ?? "",
    clinicNumber: fields.clinicNumber.trim() || null,
    phone: fields.phone.trim() || null,
  };
}

/** Back from what is stored. */
export function fieldsOf(draft: PersonDraft): PersonFields {
  const [year = "", month = "", day = ""] = draft.birthDate.split("-");
  return {
    givenName: draft.givenName,
    familyName: draft.familyName,
    birth: { day: day.replace(/^0/, ""), month: month.replace(/^0/, ""), year },
    clinicNumber: draft.clinicNumber ?? "",
    phone: draft.phone ?? "",
  };
}

interface Props {
  value: PersonFields;
  onChange: (value: PersonFields) => void;
  onDone: () => void;
  verb: string;
  pending?: boolean;
}

export function PersonForm({ value, onChange, onDone, verb, pending }: Props) {
  const { errors, submit, summary } = useChecks(schema, value);
  const text = (
    name: "givenName" | "familyName" | "clinicNumber" | "phone",
    hint?: string,
    type: "text" | "tel" = "text",
  ) => (
    <TextField
      label={t(`field.${name}`)}
      {...(hint ? { hint } : {})}
      type={type}
      value={value[name]}
      error={errors[name]}
      maxLength={100}
      onChange={(next) => {
        onChange({ ...value, [name]: next });
      }}
    />
  );
  return (
    <Form onSubmit={submit(onDone)}>
      <ErrorSummary errors={errors} at={summary} />
      {text("givenName", t("personForm.givenHint"))}
      {text("familyName")}
      <DateField
        label={t("field.birthDate")}
        hint={t("personForm.birthHint")}
        error={errors.birth}
        value={value.birth}
        onChange={(birth) => {
          onChange({ ...value, birth });
        }}
      />
      {text("clinicNumber", t("personForm.numberHint"))}
      {text("phone", t("personForm.phoneHint"), "tel")}
      <Button look="primary" type="submit" isPending={pending ?? false}>
        {verb}
      </Button>
    </Form>
  );
}
