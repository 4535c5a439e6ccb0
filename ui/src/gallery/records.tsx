import { useMemo } from "react";
import { DayChoice } from "../features/room/DayChoice";
import { densityOf } from "../features/room/density";
import { ItemList } from "../features/room/ItemList";
import { noQuery } from "../features/room/queries";
import { MoveRecord } from "../features/room/MoveRecord";
import { Attachments } from "../shared/documents/Attachments";
import { Kind } from "../shared/records/Entry";
import { NarrativeFrame } from "../shared/records/NarrativeFrame";
import { RecordDetail } from "../shared/records/RecordDetail";
import { InRoom, Pressed, Specimen, Specimens, nothing } from "./Specimen";
import { countsOf, entry, own, record, scopes } from "./samples";

const pieces = [
  ["value, range, note, narrative", record("i7").record],
  ["parts", record("i12").record],
  ["doubted", record("i11").record],
  ["as it came, from a document", { ...record("g3").record, item: entry("x1") }],
] as const;

const told = {
  English: ["en", "<p><b>Result</b> potassium 5.9 mmol/L</p><ul><li>Please repeat</li></ul>"],
  Arabic: ["ar", '<p dir="rtl"><b>النتيجة</b> البوتاسيوم 5.9</p><p dir="rtl">يرجى إعادة الفحص</p>'],
  Chinese: ["zh", "<p><b>结果</b> 钾 5.9 mmol/L</p><p>请在四周后复查。</p>"],
} as const;

const [letter] = record("i14").record.attachments;
const attachment = {
  index: 0,
  contentType: "application/pdf",
  title: "Letter",
  created: "2019-01-02",
  language: "en",
  bytes: 48_211,
  url: null,
  inline: true,
  path: "content[0].attachment",
  ...letter,
};
const elsewhere = {
  ...attachment,
  title: null,
  bytes: null,
  url: "https://pictures.example.invalid/studies/1.2.840.113619.2.55.3.604688119.868.1261",
  inline: false,
  path: "content[2].attachment",
};

/** One record in full, and what came with it. */
export function RecordSheet() {
  return (
    <InRoom>
      <Specimens>
        {pieces.map(([name, piece]) => (
          <Specimen name={`record: ${name}`} key={name}>
            <div className="stack stack-fill">
              <RecordDetail record={piece} scope={own} extra={[]} documentAddress={() => "/gallery"} />
            </div>
          </Specimen>
        ))}
        {Object.entries(told).map(([name, [lang, html]]) => (
          <Specimen name={`text that came with a record: ${name}`} key={name}>
            <NarrativeFrame narrative={{ html, status: "generated", altered: false }} lang={lang} />
          </Specimen>
        ))}
        <Specimen name="documents: each with its page, one elsewhere">
          <Attachments
            scope={own}
            recordId="i14"
            attachments={[attachment, elsewhere]}
            to={() => "/gallery"}
          />
        </Specimen>
        <Specimen name="document: read in place">
          <Pressed>
            <Attachments scope={own} recordId="i14" attachments={[{ ...attachment, index: 3 }]} />
          </Pressed>
        </Specimen>
        <Specimen name="kinds">
          <span className="row">
            <Kind category="results" /> <Kind category="medications" /> <Kind category="immunizations" />
          </span>
        </Specimen>
        <Specimen name="another kind for a record">
          <MoveRecord known={record("i7")} />
        </Specimen>
      </Specimens>
    </InRoom>
  );
}

const query = { ...noQuery, categories: ["medications" as const] };

function Long({ name }: { name: string }) {
  const density = useMemo(() => densityOf(countsOf(query.categories)), []);
  return (
    <div className="stack stack-fill">
      <ItemList query={query} density={density} name={name} onSight={nothing} handle={nothing} />
    </div>
  );
}

function Days({ day }: { day: string | undefined }) {
  const months = [...densityOf(countsOf(["results", "vitals"])).months.values()].flat();
  return <DayChoice label="Earlier day" months={months} day={day} onDay={nothing} />;
}

/** Long lists and days of a chart: there, on their way, refused, none. */
export function ChartSheet() {
  return (
    <Specimens>
      <InRoom>
        <Specimen name="list: there" wide>
          <Long name="there" />
        </Specimen>
      </InRoom>
      {(["loading", "error"] as const).map((state) => (
        <InRoom scope={scopes[state]} reader="reader" key={state}>
          <Specimen name={`list: ${state}`} wide>
            <Long name={state} />
          </Specimen>
        </InRoom>
      ))}
      <InRoom>
        <Specimen name="day: nothing chosen">
          <Days day={undefined} />
        </Specimen>
        <Specimen name="day: chosen">
          <Days day="2018-08-06" />
        </Specimen>
      </InRoom>
      {(["loading", "error", "empty"] as const).map((state) => (
        <InRoom scope={scopes[state]} reader="reader" key={state}>
          <Specimen name={`day: its month is ${state}`}>
            <Days day="2018-08-06" />
          </Specimen>
        </InRoom>
      ))}
    </Specimens>
  );
}
