import type { ReactNode } from "react";
import type { ChartItem, FactView, NoteView, RecordView, RoomScope } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Disclosure } from "../components/Disclosure";
import { type Fact, Facts } from "../components/Facts";
import { Notice } from "../components/Notice";
import { Section } from "../components/Page";
import { Attachments } from "../documents/Attachments";
import { recordDate, recordDates } from "../format/dates";
import { sizeWords } from "../format/sizes";
import { componentText } from "./Entry";
import { type Excerpt, excerptOf } from "./excerpt";
import { keptFileOf } from "./keptFile";
import { factLabel } from "./labels";
import { Marks } from "./Marks";
import { recordLanguage } from "./language";
import { NarrativeFrame } from "./NarrativeFrame";
import { NumberLine } from "./NumberLine";
import { detailLines } from "./details";
import { noteWords, ownTitle, ownValueOf, partTitle } from "./own";
import {
  absentWords,
  categoryName,
  markerWords,
  referenceText,
  sensitivityOf,
  statusWords,
  valueText,
} from "./words";

/**
 * One record in full: the same for the patient, her preview and the doctor. `extra` are facts only this reader has;
 * `after` stands before everything that is for who wants to know more.
 */
export function RecordDetail({
  record,
  scope,
  extra,
  after,
  original,
  documentAddress,
}: {
  record: RecordView;
  scope: RoomScope;
  extra: (Fact | false)[];
  after?: ReactNode;
  /** The way to what is only kept. */
  original?: ReactNode;
  /** Address of the page of its n-th document; without one, documents are read in place. */
  documentAddress?: (index: number) => string;
}) {
  const { item } = record;
  const excerpt = excerptOf(record.source);
  const everyday = record.facts.filter((fact) => !fact.technical);
  const technical = record.facts.filter((fact) => fact.technical);
  return (
    <>
      <TruthNotice record={record} original={original} />
      <ValueBlock item={item} />
      <Facts
        facts={[
          ...keyFacts(item),
          excerpt?.section !== undefined && { label: t("record.section"), value: excerpt.section },
          ...extra,
        ]}
      />
      {item.components.length > 0 && <Components item={item} />}
      {after}
      {record.notes.length > 0 && <Notes notes={record.notes} />}
      {record.attachments.length > 0 && (
        <Attachments
          scope={scope}
          recordId={item.id}
          attachments={record.attachments}
          {...(documentAddress ? { to: documentAddress } : {})}
        />
      )}
      {record.narrative && record.narrative.html.trim() !== "" && (
        <Section heading={t("record.narrative")}>
          <p className="soft small">{t("record.narrativeHint")}</p>
          <NarrativeFrame narrative={record.narrative} lang={recordLanguage(record.source)} />
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
          <Source source={record.source} excerpt={excerpt} />
        </div>
      </Section>
    </>
  );
}

/** Every record opens its source: the piece of the document it was made from, where it was, and what is kept. */
function Source({ source, excerpt }: { source: string; excerpt: Excerpt | undefined }) {
  return (
    <Disclosure label={t("record.source")}>
      {excerpt?.xml !== undefined && (
        <>
          <h4>{t("record.excerpt")}</h4>
          <p className="soft small">{t("record.excerptHint")}</p>
          <pre className="source" tabIndex={0} aria-label={t("record.excerpt")}>
            {excerpt.xml}
          </pre>
          <h4>{t("record.resource")}</h4>
        </>
      )}
      <pre className="source" tabIndex={0} aria-label={t("record.source")}>
        {source}
      </pre>
    </Disclosure>
  );
}

/** What keeps the entry from being believed at face value, before anything else is read. */
function TruthNotice({ record, original }: { record: RecordView; original: ReactNode }) {
  const { item } = record;
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
  const kept = first === "keptAsSource";
  return (
    <div className="stack">
      <Notice tone={kept ? "calm" : "caution"} title={markerWords(first)}>
        <p>{(kept && keptWords(record)) || t(`marker.${first}.hint` as "marker.enteredInError.hint")}</p>
        {kept && original}
      </Notice>
    </div>
  );
}

/** Why a whole file is kept and not shown, and the way out. */
function keptWords(record: RecordView): string | undefined {
  const file = keptFileOf(record);
  if (!file) return undefined;
  return file.large && file.bytes !== null
    ? t("marker.keptFile.large", { size: sizeWords(file.bytes) })
    : t("marker.keptFile.hint");
}

function ValueBlock({ item }: { item: ChartItem }) {
  if (!item.value && !item.absent) {
    // The notice above has said that one.
    const markers = item.markers.filter((marker) => marker !== "keptAsSource");
    return markers.length + item.flags.length + sensitivityOf(item).length > 0 ? (
      <div className="section-head">
        <Marks markers={markers} flags={item.flags} sensitive={sensitivityOf(item)} />
      </div>
    ) : null;
  }
  const [range] = item.ranges;
  return (
    <figure className="box">
      <figcaption className="soft">
        {item.code ? ownTitle(item.code.display, item.code) : item.title}
      </figcaption>
      <p className="figures value-big">
        {item.value ? valueText(ownValueOf(item.value, item)) : item.absent && absentWords(item.absent)}
      </p>
      <Marks markers={item.markers} flags={item.flags} sensitive={sensitivityOf(item)} />
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
    { label: t("record.kind"), value: categoryName(item.category) },
    item.date !== null && { label: t(`dateRole.${item.date.role}`), value: recordDates(item.date) },
    item.status !== null && { label: t("record.status"), value: statusWords(item.status) },
    item.performer !== null && { label: t("record.performer"), value: item.performer },
    item.details.length > 0 && { label: t("record.details"), value: detailLines(item).join(" · ") },
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
                <th scope="row">{partTitle(component, item)}</th>
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
              <p>{noteWords(note)}</p>
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

/** Facts with the position written out where a label occurs more than once. */
function uniqueFacts(facts: FactView[]): Fact[] {
  const seen = new Map<string, number>();
  return facts.map((fact) => {
    const label = factLabel(fact.label);
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    return { label: count === 1 ? label : `${label} (${String(count)})`, value: factText(fact) };
  });
}

/** A status is a code of the record: it is said in words. */
function factText(fact: FactView): string {
  const isStatus = fact.value.kind === "text" && /(^|\.)status$/.test(fact.path);
  return isStatus ? statusWords(valueText(fact.value)) : valueText(fact.value);
}
