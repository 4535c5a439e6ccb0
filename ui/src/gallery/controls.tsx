import { useState } from "react";
import { Button, ButtonLink } from "../shared/components/Button";
import {
  Checkbox,
  CheckboxGroup,
  DateField,
  RadioGroup,
  TextField,
  noDate,
} from "../shared/components/Fields";
import { PassphraseFields, noPassphrase } from "../shared/components/Passphrase";
import { Segmented } from "../shared/components/Segmented";
import { Specimen, Specimens, nothing } from "./Specimen";

const looks = ["primary", "plain", "quiet", "danger"] as const;

export function ButtonSheet() {
  return (
    <Specimens>
      {looks.map((look) => (
        <Specimen key={look} name={look}>
          <div className="actions">
            <Button look={look}>Share</Button>
            <Button look={look} icon="share">
              Share records
            </Button>
          </div>
        </Specimen>
      ))}
      {looks.map((look) => (
        <Specimen key={look} name={`${look}, disabled and at work`}>
          <div className="actions">
            <Button look={look} isDisabled>
              Share
            </Button>
            <Button look={look} icon="refresh" isPending>
              Sharing
            </Button>
          </div>
        </Specimen>
      ))}
      <Specimen name="focus">
        <span className="button button-primary" data-focus-visible="">
          <span>Share</span>
        </span>
      </Specimen>
      <Specimen name="link that begins something">
        <ButtonLink to="/gallery" icon="add">
          Add records
        </ButtonLink>
      </Specimen>
      <Specimen name="a long word in a narrow place">
        <div className="narrow">
          <Button look="primary" icon="share">
            Unterlagen freigeben und benachrichtigen
          </Button>
        </div>
      </Specimen>
    </Specimens>
  );
}

const text = { value: "", onChange: nothing };

export function FieldSheet() {
  return (
    <Specimens>
      <Specimen name="empty, with hint">
        <TextField label="Given names" hint="As on the document, all of them." {...text} />
      </Specimen>
      <Specimen name="filled">
        <TextField label="Given names" value="Test-Anna Maria" onChange={nothing} />
      </Specimen>
      <Specimen name="with an error">
        <TextField label="Family name" error="Fill in the family name" {...text} />
      </Specimen>
      <Specimen name="search">
        <TextField label="Find a person" type="search" value="Sample" onChange={nothing} />
      </Specimen>
      <Specimen name="long, as code">
        <TextField label="Invitation or code" long code value="K7QM-2XVB-9HTR-WD4C" onChange={nothing} />
      </Specimen>
      <Specimen name="date">
        <DateField label="Date of birth" hint="For example 6 8 1984" value={noDate} onChange={nothing} />
      </Specimen>
      <Specimen name="date with an error">
        <DateField
          label="Date of birth"
          error="Fill in a day that is in the calendar"
          value={{ day: "31", month: "2", year: "1984" }}
          onChange={nothing}
        />
      </Specimen>
      <Specimen name="passphrase">
        <PassphraseFields value={{ ...noPassphrase, wanted: true }} onChange={nothing} tried={false} />
      </Specimen>
    </Specimens>
  );
}

const answers = [
  { value: "a", title: "Two weeks", hint: "Until 6 December 2026" },
  { value: "b", title: "Three months", hint: "Until 22 February 2027" },
  { value: "c", title: "Dr Chi Muster", hint: "No longer with the clinic", disabled: true },
];

export function ChoiceSheet() {
  const [view, setView] = useState<"kind" | "time">("kind");
  return (
    <Specimens>
      <Specimen name="one of several, nothing chosen">
        <RadioGroup label="Until when?" choices={answers} value={undefined} onChange={nothing} />
      </Specimen>
      <Specimen name="one chosen, one not on offer">
        <RadioGroup label="Until when?" choices={answers} value="a" onChange={nothing} />
      </Specimen>
      <Specimen name="with an error">
        <RadioGroup
          label="Until when?"
          error="Choose until when"
          choices={answers.slice(0, 2)}
          value={undefined}
          onChange={nothing}
        />
      </Specimen>
      <Specimen name="any of several, as tiles" wide>
        <CheckboxGroup
          label="Kinds of records"
          hint="Tick what this doctor may see."
          across
          choices={[
            {
              value: "conditions",
              title: "Conditions (3)",
              hint: "Illnesses, diagnoses",
              icon: "conditions",
            },
            { value: "medications", title: "Medicines (2)", hint: "Prescribed, taken", icon: "medications" },
            {
              value: "allergies",
              title: "Allergies (1)",
              hint: "Allergies, intolerances",
              icon: "allergies",
            },
          ]}
          value={["medications"]}
          onChange={nothing}
        />
      </Specimen>
      <Specimen name="a single yes">
        <Checkbox value onChange={nothing}>
          I have asked: this is Dr Example’s new key
        </Checkbox>
        <Checkbox value={false} onChange={nothing}>
          Also ask for a passphrase
        </Checkbox>
      </Specimen>
      <Specimen name="segments">
        <Segmented
          label="Order"
          value={view}
          onChange={setView}
          segments={[
            { value: "kind", title: "By kind", icon: "folder" },
            { value: "time", title: "By time", icon: "clock" },
          ]}
        />
      </Specimen>
    </Specimens>
  );
}
