import type * as T from "../types";

const holds = (
  role: T.ColumnRole,
  measure: string | null = null,
  unit: string | null = null,
): T.ColumnUse => ({
  role,
  measure,
  unit,
});
const column = (heading: string, ...examples: string[]): T.CsvColumn => ({ heading, examples, filled: 12 });

/** A table of which not everything can be told: whose rows, which month, which unit. */
export const columnsQuestion: Extract<T.JobQuestion, { kind: "columns" }> = {
  kind: "columns",
  file: "measurements.csv",
  preview: {
    rows: 12,
    columns: [
      column("Patient", "A", "B"),
      column("Date", "03/04/2020", "05/04/2020"),
      column("Pulse", "60", "72"),
      column("Weight", "70.5", "71"),
      column("Mood", "good"),
    ],
    sample: [["A", "03/04/2020", "60", "70.5", "good"]],
    people: [
      [
        { value: "A", rows: 8 },
        { value: "B", rows: 4 },
      ],
      [],
      [],
      [],
      [{ value: "good", rows: 12 }],
    ],
    measures: [
      { key: "heartRate", loinc: "8867-4", units: ["/min"] },
      { key: "weight", loinc: "29463-7", units: ["kg", "[lb_av]", "g", "[stone_av]"] },
      { key: "temperature", loinc: "8310-5", units: ["Cel", "[degF]"] },
    ],
    guess: {
      header: true,
      columns: [
        holds("person"),
        holds("date"),
        holds("measure", "heartRate", "/min"),
        holds("measure", "weight"),
        holds("ignore"),
      ],
      dateOrder: null,
      decimal: "point",
      person: null,
      zone: null,
    },
    questions: [{ kind: "dateOrder" }, { kind: "unit", column: 3 }, { kind: "person", column: 0 }],
  },
};
