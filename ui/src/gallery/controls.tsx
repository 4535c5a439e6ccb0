import { useState } from "react";
import { KindSelect, Select, WordsField } from "../features/room/Filters";
import { Button, ButtonLink, Link } from "../shared/components/Button";
import {
  Checkbox,
  CheckboxGroup,
  DateField,
  RadioGroup,
  TextField,
  noDate,
} from "../shared/components/Fields";
import { LanguageChoice } from "../shared/components/LanguageChoice";
import { PassphraseFields, noPassphrase } from "../shared/components/Passphrase";
import { Segmented } from "../shared/components/Segmented";
import { Choose } from "../shared/documents/Choose";
import { Focused, Specimen, Specimens, nothing } from "./Specimen";

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
      {looks.map((look) => (
        <Specimen key={look} name={`${look}, focus`}>
          <Focused at="button">
            <Button look={look}>Share</Button>
          </Focused>
        </Specimen>
      ))}
      <Specimen name="link that begins something">
        <ButtonLink to="/gallery" icon="add">
          Add records
        </ButtonLink>
      </Specimen>
      <Specimen name="link, link with focus">
        <p>
          <Link to="/gallery">Open the share</Link>
        </p>
        <Focused at="a">
          <p>
            <Link to="/gallery">Open the share</Link>
          </p>
        </Focused>
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
      <Specimen name="focus">
        <Focused at="input">
          <TextField label="Given names" value="Test-Anna" onChange={nothing} />
        </Focused>
      </Specimen>
      <Specimen name="a few digits">
        <TextField label="Minutes" short value="15" onChange={nothing} />
      </Specimen>
      <Specimen name="long words">
        <TextField
          label="What the practice is called in the register of the chamber of physicians"
          hint="As on the sign at the door, with everything that belongs to it, also where it is long."
          error="Fill in what the practice is called in the register of the chamber of physicians"
          {...text}
        />
      </Specimen>
      <Specimen name="words to look for">
        <WordsField
          label="Words to look for"
          hint="Told a moment after the last key."
          value=""
          onChange={nothing}
        />
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
      <Specimen name="passphrase, too short">
        <PassphraseFields value={{ wanted: true, first: "abc", second: "" }} onChange={nothing} tried />
      </Specimen>
      <Specimen name="passphrase, not wanted">
        <PassphraseFields value={noPassphrase} onChange={nothing} tried={false} />
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
      <Specimen name="one of several, as short tiles" wide>
        <RadioGroup
          label="Its sign"
          across="short"
          choices={[
            { value: "heart", title: "Heart", icon: "heart" },
            { value: "leaf", title: "Leaf", icon: "leaf" },
            { value: "moon", title: "Moon", icon: "moon" },
          ]}
          value="leaf"
          onChange={nothing}
        />
      </Specimen>
      <Specimen name="focus">
        <Focused at=".choice">
          <RadioGroup label="Until when?" choices={answers.slice(0, 2)} value="a" onChange={nothing} />
        </Focused>
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

const options = [
  { id: "one", words: "6 August 2018, 5 results" },
  { id: "two", words: "11 July 2022, 1 result" },
];

/** What opens a list, and what chooses at once. */
export function SelectSheet() {
  const select = { label: "Day", options, onChange: nothing };
  return (
    <Specimens>
      <Specimen name="select: nothing chosen">
        <Select {...select} value={null} placeholder="Choose a day" />
      </Specimen>
      <Specimen name="select: chosen">
        <Select {...select} value="one" />
      </Specimen>
      <Specimen name="select: focus">
        <Focused at="button">
          <Select {...select} value="one" />
        </Focused>
      </Specimen>
      <Specimen name="select: long words in a narrow place">
        <div className="narrow">
          <Select
            {...select}
            options={[
              { id: "one", words: "Letter of the heart clinic at the Example Hospital, document 1 of 3" },
            ]}
            value="one"
          />
        </div>
      </Specimen>
      <Specimen name="kind of records">
        <KindSelect value="medications" onChange={nothing} />
      </Specimen>
      <Specimen name="the system’s own list">
        <Choose label="Shown" value="lung" options={[{ value: "lung", label: "Lung" }]} onChange={nothing} />
      </Specimen>
      <Specimen name="the system’s own list, not one of them">
        <Choose label="Shown" value="" options={[{ value: "lung", label: "Lung" }]} onChange={nothing} />
      </Specimen>
      <Specimen name="language">
        <LanguageChoice />
      </Specimen>
      <Specimen name="segments, focus">
        <Focused at=".segment">
          <Segmented
            label="Order"
            value="kind"
            onChange={nothing}
            segments={[
              { value: "kind", title: "By kind" },
              { value: "time", title: "By time" },
            ]}
          />
        </Focused>
      </Specimen>
    </Specimens>
  );
}
