import { useEffect, useId, useRef, useState } from "react";
import type {
  ColumnUse,
  CsvMapping,
  DateOrder,
  DecimalSign,
  ImportDecision,
  JobQuestion,
} from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { RadioGroup } from "../../shared/components/Fields";
import { Notice } from "../../shared/components/Notice";
import { Form } from "../../shared/forms";
import { choiceOf, chosen, headingOf, measureName, missing, roles, unitWords, unitsOf } from "./columns";

interface Props {
  question: Extract<JobQuestion, { kind: "columns" }>;
  pending: boolean;
  onDecide: (decision: ImportDecision) => void;
}

/** What the columns of a table hold: guessed where it can be told, asked where it cannot. */
export function ImportColumns({ question, pending, onDecide }: Props) {
  const { preview } = question;
  const [mapping, setMapping] = useState<CsvMapping>(() => ({
    ...preview.guess,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  }));
  const [tried, setTried] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const open = missing(mapping, preview);
  const change = (part: Partial<CsvMapping>) => {
    setMapping({ ...mapping, ...part });
  };
  const setColumn = (at: number, column: ColumnUse) => {
    const columns = mapping.columns.map((each, other) => (other === at ? column : each));
    const dated = (all: ColumnUse[]) => all.findIndex((each) => each.role === "date");
    const person = columns.some((each) => each.role === "person") ? mapping.person : null;
    // The order that was found is that of the column it was found in.
    const moved = dated(columns) !== dated(preview.guess.columns);
    setMapping({
      ...mapping,
      columns,
      person: column.role === "person" ? null : person,
      dateOrder: moved && mapping.dateOrder === preview.guess.dateOrder ? null : mapping.dateOrder,
    });
  };
  const askOrder = preview.guess.dateOrder === null || mapping.dateOrder !== preview.guess.dateOrder;
  const personAt = mapping.columns.findIndex((column) => column.role === "person");
  const people = preview.people[personAt] ?? [];
  return (
    <section className="section" aria-labelledby="columns-heading">
      <div className="section-head">
        <h2 id="columns-heading" ref={heading} tabIndex={-1}>
          {t("columns.heading", { file: question.file })}
        </h2>
      </div>
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (open.length === 0) onDecide({ columns: { mapping } });
        }}
      >
        <p>{t("columns.lead", { n: preview.rows })}</p>
        {tried && open.length > 0 && (
          <Notice tone="danger" title={t("columns.missing")} alert>
            <ul>
              {open.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
          </Notice>
        )}
        <div className="table-scroll">
          <table className="grid stacking">
            <caption className="hidden-visually">{t("columns.table")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("columns.col")}</th>
                <th scope="col">{t("columns.examples")}</th>
                <th scope="col">{t("columns.is")}</th>
                <th scope="col">{t("columns.in")}</th>
              </tr>
            </thead>
            <tbody>
              {mapping.columns.map((column, at) => (
                <tr key={headingOf(preview, at) + String(at)}>
                  <th scope="row">{headingOf(preview, at)}</th>
                  <td className="soft" data-label={t("columns.examples")}>
                    {preview.columns[at]?.examples.slice(0, 3).join("\u00a0· ")}
                  </td>
                  <td data-label={t("columns.is")}>
                    <Pick
                      label={t("columns.isOf", { column: headingOf(preview, at) })}
                      value={choiceOf(column)}
                      options={[
                        ...roles.map((role) => ({ value: role, label: t(`columns.role.${role}`) })),
                        ...preview.measures.map(({ key }) => ({
                          value: `measure:${key}`,
                          label: measureName(key),
                        })),
                        { value: "measure:", label: measureName("") },
                      ]}
                      onChange={(choice) => {
                        setColumn(at, chosen(choice, preview, preview.guess.columns[at]));
                      }}
                    />
                  </td>
                  <td data-label={t("columns.in")}>
                    <UnitPick
                      column={column}
                      label={t("columns.inOf", { column: headingOf(preview, at) })}
                      units={unitsOf(column.measure, preview)}
                      onChange={(unit) => {
                        setColumn(at, { ...column, unit });
                      }}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {askOrder && (
          <RadioGroup<DateOrder>
            label={t("columns.order")}
            hint={t("columns.orderHint")}
            choices={[
              { value: "dayFirst", title: t("columns.dayFirst") },
              { value: "monthFirst", title: t("columns.monthFirst") },
              { value: "yearFirst", title: t("columns.yearFirst") },
            ]}
            value={mapping.dateOrder ?? undefined}
            onChange={(dateOrder) => {
              change({ dateOrder });
            }}
          />
        )}
        {preview.guess.decimal === null && (
          <RadioGroup<DecimalSign>
            label={t("columns.decimal")}
            choices={[
              { value: "point", title: t("columns.point") },
              { value: "comma", title: t("columns.comma") },
            ]}
            value={mapping.decimal ?? undefined}
            onChange={(decimal) => {
              change({ decimal });
            }}
          />
        )}
        {personAt >= 0 && people.length > 0 && (
          <div className="field">
            <Pick
              shown
              label={t("columns.person")}
              value={mapping.person ?? ""}
              prompt={t("columns.choose")}
              options={people.map((person) => ({
                value: person.value,
                label: t("columns.personRows", { person: person.value, n: person.rows }),
              }))}
              onChange={(person) => {
                change({ person: person === "" ? null : person });
              }}
            />
            <p className="field-hint">{t("columns.personHint")}</p>
          </div>
        )}
        {mapping.zone !== null && <p className="soft">{t("columns.zone", { zone: mapping.zone })}</p>}
        <div className="actions">
          <Button look="primary" type="submit" isDisabled={pending}>
            {t("columns.add")}
          </Button>
          <Button
            isDisabled={pending}
            onPress={() => {
              onDecide("skip");
            }}
          >
            {t("columns.skip")}
          </Button>
          <Button
            look="quiet"
            isDisabled={pending}
            onPress={() => {
              onDecide("stop");
            }}
          >
            {t("else.stop")}
          </Button>
        </div>
      </Form>
    </section>
  );
}

function UnitPick({
  column,
  label,
  units,
  onChange,
}: {
  column: ColumnUse;
  label: string;
  units: string[];
  onChange: (unit: string | null) => void;
}) {
  if (column.role !== "measure") return null;
  // A measurement that is not in the list has the unit of its heading, or none.
  const offered = units.length > 0 ? units : column.unit === null ? [] : [column.unit];
  const all = column.unit === null || offered.includes(column.unit) ? offered : [column.unit, ...offered];
  if (all.length === 0) return <span className="soft">{t("columns.noUnit")}</span>;
  if (all.length === 1 && column.unit !== null) return <span>{unitWords(column.unit)}</span>;
  return (
    <Pick
      label={label}
      value={column.unit ?? ""}
      prompt={t("columns.choose")}
      options={all.map((unit) => ({ value: unit, label: unitWords(unit) }))}
      onChange={(unit) => {
        onChange(unit === "" ? null : unit);
      }}
    />
  );
}

/** One of many by its name; its label is seen only where nothing beside says the same. */
function Pick({
  label,
  shown,
  value,
  prompt,
  options,
  onChange,
}: {
  label: string;
  shown?: boolean;
  value: string;
  prompt?: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <>
      <label className={shown ? "field-label" : "hidden-visually"} htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className="input"
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      >
        {prompt !== undefined && <option value="">{prompt}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </>
  );
}
