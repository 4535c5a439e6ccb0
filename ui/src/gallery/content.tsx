import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { SessionContext } from "../app/session";
import { Button } from "../shared/components/Button";
import { Disclosure } from "../shared/components/Disclosure";
import { Facts, HexGroups } from "../shared/components/Facts";
import { Failure } from "../shared/components/Failure";
import { Monogram } from "../shared/components/Monogram";
import { Notice, Tag } from "../shared/components/Notice";
import { Empty, Section } from "../shared/components/Page";
import { ToastLine } from "../shared/components/Toast";
import { VisibilityLine } from "../shared/components/VisibilityLine";
import { JobProgress, Skeleton } from "../shared/components/Waiting";
import { Emblem } from "../shared/icons";
import { Focused, Pressed, Specimen, Specimens, nothing } from "./Specimen";
import { importing, longName, session, sharedWith, sights } from "./samples";

export function VisibilitySheet() {
  return (
    <Specimens>
      {sights.map((line, index) => (
        <Specimen key={index} name={line.kind}>
          <VisibilityLine visibility={line} />
        </Specimen>
      ))}
      <Specimen name="a long name in a narrow place">
        <div className="narrow">
          <VisibilityLine visibility={sharedWith(longName)} />
        </div>
      </Specimen>
      <Specimen name="for its owner: it leads to where it can be changed">
        <SessionContext value={session}>
          <Focused at="a">
            <VisibilityLine visibility={sharedWith("Dr Ada Example")} />
          </Focused>
        </SessionContext>
      </Specimen>
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
          <Tag tone="caution">It cannot be told who entered this, or when</Tag>
        </span>
      </Specimen>
      <Specimen name="toast with its way back">
        <ToastLine still item={{ id: 0, words: "The space is called “Heart” now", undo: nothing }} />
      </Specimen>
      <Specimen name="toast, long, without one">
        <ToastLine
          still
          item={{ id: 1, words: `The consent receipt for ${longName} is in the folder you chose` }}
        />
      </Specimen>
      <Specimen name="long words and what to do">
        <Notice tone="caution" title={`${longName} has new keys, so that nothing new reaches the practice`}>
          <p>Ask at the practice whether this is so. Until you have answered, new records wait here.</p>
          <div className="actions">
            <Button icon="check">I have asked</Button>
            <Button look="quiet">Later</Button>
          </div>
        </Notice>
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
      <Specimen name="opened">
        <Pressed>
          <Disclosure label="What does “proved” mean?">
            <p>The relay has signed it.</p>
          </Disclosure>
        </Pressed>
      </Specimen>
      <Specimen name="section with what can be done" wide>
        <Section heading="Who may look" actions={<Button icon="add">Share more</Button>}>
          <p>Nobody but you.</p>
        </Section>
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
      <Specimen name="at work, with time left">
        <JobProgress job={importing} onCancel={nothing} />
      </Specimen>
      <Specimen name="at work, length unknown">
        <JobProgress
          job={{ ...importing, stage: "looking", total: 0, secondsLeft: null }}
          onCancel={nothing}
        />
      </Specimen>
      <Specimen name="at work, cannot be stopped">
        <JobProgress job={{ ...importing, kind: "leaving", stage: "erasing", done: 56 }} />
      </Specimen>
      <Specimen name="failed">
        <Failure error={{ code: "internal", params: {} }} onRetry={nothing} />
      </Specimen>
    </Specimens>
  );
}
