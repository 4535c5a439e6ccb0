import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import type { JobView, VisibilityView } from "../backend/types";
import { Button } from "../shared/components/Button";
import { Disclosure } from "../shared/components/Disclosure";
import { Facts, HexGroups } from "../shared/components/Facts";
import { Failure } from "../shared/components/Failure";
import { Monogram } from "../shared/components/Monogram";
import { Notice, Tag } from "../shared/components/Notice";
import { Empty } from "../shared/components/Page";
import { ToastLine } from "../shared/components/Toast";
import { VisibilityLine } from "../shared/components/VisibilityLine";
import { JobProgress, Skeleton } from "../shared/components/Waiting";
import { Emblem, Icon } from "../shared/icons";
import { Specimen, Specimens, nothing } from "./Specimen";

const until = Date.UTC(2027, 0, 31, 12) / 1000;
const reader = (name: string) => ({ shareId: name, name, until });
const lines: VisibilityView[] = [
  { kind: "onlyYou" },
  { kind: "shared", with: [reader("Dr Ada Example")] },
  { kind: "shared", with: [reader("Dr Ada Example"), reader("Dr Boris Sample")] },
  { kind: "shared", with: ["Dr Ada Example", "Dr Boris Sample", "Dr Chi Muster"].map(reader) },
  { kind: "received", from: "Test-Anna Muster-Sample", until },
  { kind: "clinic", name: "Example Clinic" },
];

export function VisibilitySheet() {
  return (
    <Specimens>
      {lines.map((line, index) => (
        <Specimen key={index} name={line.kind}>
          <VisibilityLine visibility={line} />
        </Specimen>
      ))}
    </Specimens>
  );
}

export function NoticeSheet() {
  return (
    <Specimens>
      {(["calm", "task", "good", "caution", "danger"] as const).map((tone) => (
        <Specimen key={tone} name={tone}>
          <Notice tone={tone} title="2 records are still being sent">
            They follow as soon as the relay answers.
          </Notice>
        </Specimen>
      ))}
      <Specimen name="failure">
        <Failure error={{ code: "relay-unreachable", params: {} }} onRetry={nothing} />
      </Specimen>
      <Specimen name="tags">
        <span className="row">
          <Tag>Ended</Tag>
          <Tag tone="good" icon="check">
            Proved
          </Tag>
          <Tag tone="caution" icon="warning">
            High (H)
          </Tag>
          <Tag tone="danger" icon="warning">
            Very high (HH)
          </Tag>
          <Tag tone="action">New</Tag>
        </span>
      </Specimen>
      <Specimen name="toast with its way back">
        <ToastLine still item={{ id: 0, words: "The space is called “Heart” now", undo: nothing }} />
      </Specimen>
    </Specimens>
  );
}

export function ListSheet() {
  return (
    <Specimens>
      <Specimen name="list" wide>
        <ul className="list">
          <li className="list-item">
            <Monogram name="Dr Ada Example" />
            <div className="list-main">
              <span className="list-title">
                <a href="#/gallery">Dr Ada Example</a>
              </span>
              <span className="soft">Cardiologist, Example Clinic</span>
            </div>
            <div className="list-side">
              <Tag tone="good">Can be read</Tag>
              <span>Until 31 January 2027</span>
            </div>
          </li>
          <li className="list-item">
            <Emblem name="file" tone="caution" />
            <div className="list-main">
              <span className="list-title">export.zip</span>
              <span className="soft">12 records from 3 files</span>
            </div>
            <Button look="quiet" icon="forward">
              Go on
            </Button>
          </li>
        </ul>
      </Specimen>
      <Specimen name="labelled values">
        <Facts
          facts={[
            { label: "Name of the clinic", value: "Example Clinic" },
            { label: "Key of the clinic", value: <HexGroups groups={["3f9a", "02c7", "b81e"]} /> },
          ]}
        />
      </Specimen>
      <Specimen name="table">
        <div className="table-scroll">
          <table className="grid">
            <thead>
              <tr>
                <th scope="col">Test</th>
                <th scope="col" className="number">
                  Value
                </th>
                <th scope="col">Flag</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <th scope="row">Glucose</th>
                <td className="number">7.1 mmol/L</td>
                <td>
                  <Tag tone="caution">High (H)</Tag>
                </td>
              </tr>
              <tr>
                <th scope="row">Potassium</th>
                <td className="number">4.2 mmol/L</td>
                <td>Normal</td>
              </tr>
            </tbody>
          </table>
        </div>
      </Specimen>
      <Specimen name="more for who wants more">
        <Disclosure label="What does “proved” mean?">
          <p>The relay has signed it.</p>
        </Disclosure>
      </Specimen>
      <Specimen name="tabs">
        <Tabs className="tabs">
          <TabList className="tab-list" aria-label="Order">
            <Tab className="tab" id="kind">
              By kind
            </Tab>
            <Tab className="tab" id="time">
              By time
            </Tab>
          </TabList>
          <TabPanel id="kind">The first.</TabPanel>
          <TabPanel id="time">The second.</TabPanel>
        </Tabs>
      </Specimen>
    </Specimens>
  );
}

const job: JobView = {
  id: "j",
  kind: "import",
  state: "running",
  stage: "reading",
  done: 20,
  total: 57,
  bytesDone: 0,
  bytesTotal: 0,
  secondsLeft: 420,
  question: null,
  error: null,
  result: null,
};

export function StateSheet() {
  return (
    <Specimens>
      <Specimen name="loading">
        <Skeleton lines={4} />
      </Specimen>
      <Specimen name="empty">
        <Empty
          icon="folder"
          heading="You have no records here yet"
          action={<Button look="primary">Add records</Button>}
        >
          Ask your clinic for your records as files, or choose files you have.
        </Empty>
      </Specimen>
      <Specimen name="out of touch" wide>
        <div className="offline">
          <p>
            <Icon name="cloudOff" />
            <span>The relay is out of reach. You see what was here on 20 November 2026 at 21:45.</span>
          </p>
          <Button look="quiet" icon="refresh">
            Try again
          </Button>
        </div>
      </Specimen>
      <Specimen name="at work, with time left">
        <JobProgress job={job} onCancel={nothing} />
      </Specimen>
      <Specimen name="at work, length unknown">
        <JobProgress job={{ ...job, stage: "looking", total: 0, secondsLeft: null }} onCancel={nothing} />
      </Specimen>
      <Specimen name="failed">
        <Failure error={{ code: "internal", params: {} }} onRetry={nothing} />
      </Specimen>
    </Specimens>
  );
}

/** Dialogs stand still here, without their scrim. */
export function DialogSheet() {
  return (
    <Specimens>
      <Specimen name="a decision that takes something away">
        <div className="dialog">
          <section>
            <h3 className="type-l">Stop sharing with Dr Ada Example?</h3>
            <p>The relay deletes its key at once. Dr Ada Example can fetch nothing more.</p>
            <p>44 records have been fetched already. What has been read cannot be called back.</p>
            <div className="actions">
              <Button look="danger">Stop sharing now</Button>
              <Button>Go on sharing</Button>
            </div>
          </section>
        </div>
      </Specimen>
      <Specimen name="a list to choose from">
        <div className="popover">
          <div className="palette-item" data-focused="">
            <Icon name="conditions" /> Conditions
          </div>
          <div className="palette-item">
            <Icon name="medications" /> Medicines
          </div>
        </div>
      </Specimen>
    </Specimens>
  );
}
