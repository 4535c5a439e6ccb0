import type { AttachmentView, ChartItem, FactView, NoteView, RecordView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Disclosure } from "../components/Disclosure";
import { type Fact, Facts } from "../components/Facts";
import { Notice } from "../components/Notice";
import { Section } from "../components/Page";
import { recordDate, recordDates } from "../format/dates";
import { componentText } from "./Item";
import { factLabel } from "./labels";
import { Marks } from "./Marks";
import { NarrativeFrame } from "./NarrativeFrame";
import { NumberLine } from "./NumberLine";
import { absentWords, categoryName, markerWords, referenceText, typeName, valueText } from "./words";

/** One record in full: the same for the patient and the doctor. `extra` are facts only this reader has. */
export function RecordDetail({ record, extra }: { record: RecordView; extra: Fact[] }) {
  const { item } = record;
  const everyday = record.facts.filter((fact) => !fact.technical);
  const technical = record.facts.filter((fact) => fact.technical);
  return (
    <>
      <TruthNotice item={item} />
      <ValueBlock item={item} />
      <Facts facts={[...keyFacts(item), ...extra]} />
      {item.components.length > 0 && <Components item={item} />}
      {record.notes.length > 0 && <Notes notes={record.notes} />}
      {record.attachments.length > 0 && <Attachments attachments={record.attachments} />}
      {record.narrative && record.narrative.html.trim() !== "" && (
        <Section heading={t("record.narrative")}>
          <p className="soft small">{t("record.narrativeHint")}</p>
          <NarrativeFrame narrative={record.narrative} />
        </Section>
      )}
      <Section heading={t("record.everything")}>
        {everyday.length > 0 && <Facts facts={uniqueFacts(everyday)} />}
        {record.factsCut && <p className="soft">{t("record.factsCut")}</p>}
        <div className="stack stack-tight stack-fill">
          {technical.length > 0 && (
            <Disclosure label={t("record.technical")}>
              <Facts facts={uniqueFacts(technical)} />
            </Disclosure>
          )}
          <Disclosure label={t("record.source")}>
            <pre className="source" tabIndex={0} aria-label={t("record.source")}>
              {record.source}
            </pre>
          </Disclosure>
        </div>
      </Section>
    </>
  );
}

/** What keeps the entry from being believed at face value, before anything else is read. */
function TruthNotice({ item }: { item: ChartItem }) {
  const first = item.markers.find((marker) =>
    [
      "enteredInError",
      "refuted",
      "notDone",
      "notTaken",
      "doNotPerform",
      "modifierNotUnderstood",
      "keptAsSource",
    ].includes(marker),
  );
  if (!first) return null;
  return (
    <div className="stack">
      <Notice tone={first === "keptAsSource" ? "calm" : "caution"} title={markerWords(first)}>
        {t(`marker.${first}.hint` as "marker.enteredInError.hint")}
      </Notice>
    </div>
  );
}

function ValueBlock({ item }: { item: ChartItem }) {
  if (!item.value && !item.absent)
    return item.markers.length + item.flags.length > 0 ? (
      <div className="section-head">
        <Marks markers={item.markers} flags={item.flags} />
      </div>
    ) : null;
  const [range] = item.ranges;
  return (
    <figure className="box">
      <figcaption className="soft">{item.code?.display ?? item.title}</figcaption>
      <p className="figures value-big">
        {item.value ? valueText(item.value) : item.absent && absentWords(item.absent)}
      </p>
      <Marks markers={item.markers} flags={item.flags} />
      <NumberLine value={item.value} range={range} />
      {item.ranges.map((each) => (
        <p key={referenceText(each)} className="soft small figures">
          {t("range.labsRange", { range: referenceText(each) })}
        </p>
      ))}
    </figure>
  );
}

function keyFacts(item: ChartItem): (Fact | false)[] {
  return [
    { label: t("record.kind"), value: `${categoryName(item.category)} · ${typeName(item.resourceType)}` },
    item.date !== null && { label: t(`dateRole.${item.date.role}`), value: recordDates(item.date) },
    item.status !== null && { label: t("record.status"), value: item.status },
    item.performer !== null && { label: t("record.performer"), value: item.performer },
    item.details.length > 0 && { label: t("record.details"), value: item.details.join(" · ") },
  ];
}

function Components({ item }: { item: ChartItem }) {
  return (
    <Section heading={t("record.parts")}>
      <div className="table-scroll">
        <table className="grid">
          <thead>
            <tr>
              <th scope="col">{t("record.measured")}</th>
              <th scope="col">{t("record.value")}</th>
              <th scope="col">{t("record.range")}</th>
            </tr>
          </thead>
          <tbody>
            {item.components.map((component) => (
              <tr key={component.code.display}>
                <th scope="row">{component.code.display}</th>
                <td className="figures">
                  {componentText(component)} <Marks markers={[]} flags={component.flags} />
                </td>
                <td className="figures">
                  {component.ranges.map(referenceText).join("; ") || t("range.none")}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Notes({ notes }: { notes: NoteView[] }) {
  return (
    <Section heading={t("record.notes")}>
      <ul className="list">
        {notes.map((note) => (
          <li key={`${note.time ?? ""}${note.text}`} className="list-item no-icon">
            <div className="list-main">
              <p>{note.text}</p>
              <span className="soft small">
                {[note.author, note.time && recordDate(note.time)].filter(Boolean).join(" · ")}
              </span>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Attachments({ attachments }: { attachments: AttachmentView[] }) {
  return (
    <Section heading={t("record.attachments")}>
      <ul className="list">
        {attachments.map((attachment) => (
          <li key={attachment.path} className="list-item no-icon">
            <div className="list-main">
              <span className="list-title">{attachment.title ?? t("record.untitledDocument")}</span>
              <span className="soft small">
                {[
                  attachment.contentType,
                  attachment.bytes !== null && t("size.bytes", { n: attachment.bytes }),
                  attachment.created && recordDate(attachment.created),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
              {!attachment.inline && (
                <span className="soft small wrap-anywhere">
                  {t("record.elsewhere", { url: attachment.url ?? "" })}
                </span>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Facts with the position written out where a label occurs more than once. */
function uniqueFacts(facts: FactView[]): Fact[] {
  const seen = new Map<string, number>();
  return facts.map((fact) => {
    const label = factLabel(fact.label);
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    return { label: count === 1 ? label : `${label} (${String(count)})`, value: valueText(fact.value) };
  });
}
