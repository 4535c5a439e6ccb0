import { I18nProvider } from "react-aria-components";
import { ShareRow } from "../features/patient/ShareRow";
import { Select } from "../features/room/Filters";
import { Button } from "../shared/components/Button";
import { Checkbox, DateField, RadioGroup, TextField } from "../shared/components/Fields";
import { Notice, Tag } from "../shared/components/Notice";
import { Segmented } from "../shared/components/Segmented";
import { VisibilityLine } from "../shared/components/VisibilityLine";
import { JobProgress } from "../shared/components/Waiting";
import { FoundPlaces } from "../shared/documents/Find";
import { GreyControls } from "../shared/documents/GreyControls";
import { Entry } from "../shared/records/Entry";
import { Specimen, Specimens, nothing } from "./Specimen";
import { entry, found, importing, shares, sharedWith, study } from "./samples";

/** For a script from right to left, everything is mirrored; the words stay, so that it can be read here. */
export function MirroredSheet() {
  return (
    <I18nProvider locale="ar">
      <div dir="rtl">
        <Specimens>
          <Specimen name="buttons">
            <div className="actions">
              <Button look="primary" icon="forward">
                Go on
              </Button>
              <Button icon="back">Go back</Button>
              <Button look="quiet" icon="refresh">
                Try again
              </Button>
            </div>
          </Specimen>
          <Specimen name="who can see it">
            <VisibilityLine visibility={sharedWith("Dr Ada Example", "Dr Boris Sample")} />
          </Specimen>
          <Specimen name="fields">
            <div className="stack">
              <TextField
                label="Find a person"
                type="search"
                error="Fill in a name"
                value=""
                onChange={nothing}
              />
              <DateField
                label="Date of birth"
                value={{ day: "14", month: "3", year: "1961" }}
                onChange={nothing}
              />
              <Select
                label="Day"
                options={[{ id: "a", words: "6 August 2018" }]}
                value="a"
                onChange={nothing}
              />
              <Checkbox value onChange={nothing}>
                I have asked
              </Checkbox>
            </div>
          </Specimen>
          <Specimen name="choices">
            <RadioGroup
              label="Until when?"
              choices={[
                { value: "a", title: "Two weeks", hint: "Until 6 December 2026", icon: "clock" },
                { value: "b", title: "Three months", side: "3" },
              ]}
              value="a"
              onChange={nothing}
            />
            <br />
            <Segmented
              label="Order"
              value="kind"
              onChange={nothing}
              segments={[
                { value: "kind", title: "By kind", icon: "folder" },
                { value: "time", title: "By time", icon: "clock" },
              ]}
            />
          </Specimen>
          <Specimen name="notice">
            <Notice tone="caution" title="2 records are still being sent">
              They follow as soon as the relay answers. <Tag tone="caution">High (H)</Tag>
            </Notice>
          </Specimen>
          <Specimen name="at work">
            <JobProgress job={importing} onCancel={nothing} />
          </Specimen>
          <Specimen name="entry">
            <Entry item={entry("i7")} to="/gallery" kind line />
          </Specimen>
          <Specimen name="greys">
            <GreyControls document={study} value={{ centre: 40, width: 400 }} onChange={nothing} />
          </Specimen>
          <Specimen name="places">
            <FoundPlaces places={found.slice(0, 2)} onGo={nothing} />
          </Specimen>
          <Specimen name="list" wide>
            <ul className="list">{shares[0] && <ShareRow share={shares[0]} />}</ul>
          </Specimen>
        </Specimens>
      </div>
    </I18nProvider>
  );
}
