import { useRef } from "react";
import { now } from "../backend/fake/clock";
import { PersonForm, noPerson } from "../features/desk/PersonForm";
import { SpaceForm } from "../features/patient/SpaceForm";
import { UntilField, noUntil } from "../features/patient/Until";
import { Button } from "../shared/components/Button";
import { TextField } from "../shared/components/Fields";
import { ErrorSummary, Form } from "../shared/forms";
import { Pressed, Specimen, Specimens, nothing } from "./Specimen";

const today = new Date(now * 1000);
const person = {
  ...noPerson,
  givenName: "Test-Anna Maria",
  familyName: "Muster-Sample",
  birth: { day: "14", month: "3", year: "1961" },
  clinicNumber: "C-118",
};

function Summed() {
  const at = useRef<HTMLDivElement>(null);
  const error = "Fill in the family name";
  return (
    <Form onSubmit={nothing}>
      <ErrorSummary errors={{ family: error, birth: "Fill in a day that is in the calendar" }} at={at} />
      <TextField label="Family name" error={error} value="" onChange={nothing} />
      <Button look="primary" type="submit">
        Register
      </Button>
    </Form>
  );
}

/** Fields that belong together, before and after they were sent. */
export function FormSheet() {
  return (
    <Specimens>
      <Specimen name="what is wrong, above the fields">
        <Summed />
      </Specimen>
      <Specimen name="how long: nothing chosen">
        <UntilField value={noUntil} onChange={nothing} tried={false} today={today} />
      </Specimen>
      <Specimen name="how long: not said">
        <UntilField value={noUntil} onChange={nothing} tried today={today} />
      </Specimen>
      <Specimen name="how long: no such day">
        <UntilField
          value={{ span: "date", date: { day: "31", month: "2", year: "2027" } }}
          onChange={nothing}
          tried
          today={today}
        />
      </Specimen>
      <Specimen name="a person, being filled in">
        <PersonForm value={person} onChange={nothing} onDone={nothing} verb="Register" />
      </Specimen>
      <Specimen name="a person, on the way">
        <PersonForm value={person} onChange={nothing} onDone={nothing} verb="Register" pending />
      </Specimen>
      <Specimen name="a space">
        <SpaceForm onDone={nothing} onCancel={nothing} />
      </Specimen>
      <Specimen name="a space, sent too early">
        <Pressed at=".button-primary">
          <SpaceForm onDone={nothing} />
        </Pressed>
      </Specimen>
    </Specimens>
  );
}
