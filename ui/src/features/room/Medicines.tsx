import { href } from "../../app/router";
import type { MedicineEntry, MedicinePlan, MedicineState, MedicineView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { CopyButton } from "../../shared/components/Copy";
import { Disclosure } from "../../shared/components/Disclosure";
import { Loaded } from "../../shared/components/Loaded";
import { recordDates } from "../../shared/format/dates";
import { Origin, originText } from "../../shared/records/Entry";
import { Marks } from "../../shared/records/Marks";
import { StateLine } from "../../shared/records/StateLine";
import { detailLines, instructionLines } from "../../shared/records/details";
import { medicinesText } from "../../shared/records/plain";
import { sensitivityOf } from "../../shared/records/words";
import { useRoom, useRoomLinks } from "./context";
import { useMedicines, useSummary } from "./queries";
import { RoomPage } from "./RoomPage";
import { SectionEmpty } from "./SectionEmpty";
import { PrintButton } from "./Summary";

/** Medicines as a plan: what is taken now, what rests, what is over, and how each came about. */
export function Medicines() {
  const { person, reader } = useRoom();
  const plan = useMedicines();
  const known = plan.data;
  return (
    <RoomPage
      heading={t("medicines.heading")}
      lead={t(reader === "owner" ? "medicines.lead" : "medicines.leadReader")}
      kinds={["medications"]}
      actions={
        <>
          <PrintButton />
          <CopyButton text={known ? medicinesText(known, person) : ""}>{t("room.copy")}</CopyButton>
        </>
      }
      actionsAwaited={plan.isPending}
      actionsIdle={!known || known.medicines.length === 0}
    >
      <Loaded query={plan} lines={10}>
        {(data) => <Plan plan={data} />}
      </Loaded>
    </RoomPage>
  );
}

const groups = ["current", "paused", "unknown", "stopped"] as const satisfies readonly MedicineState[];

function Plan({ plan }: { plan: MedicinePlan }) {
  const { reader } = useRoom();
  const summary = useSummary();
  const sourceOnly =
    summary.data?.sections.find((section) => section.category === "medications")?.sourceOnly ?? 0;
  if (plan.medicines.length === 0)
    return (
      <SectionEmpty
        icon="medications"
        none={t("medicines.none")}
        hint={t("medicines.noneHint")}
        sections={[{ state: plan.state, sourceOnly }]}
      />
    );
  return (
    <div className="stack stack-fill stack-wide">
      {groups.map((group) => {
        const medicines = plan.medicines.filter((medicine) => medicine.state === group);
        if (medicines.length === 0 && group !== "current") return null;
        return (
          <section key={group} className="summary-part" aria-label={t(`medicines.${group}`)}>
            <div className="summary-part-head">
              <h2>{t(`medicines.${group}`)}</h2>
              {medicines.length > 0 && (
                <p className="soft small figures">{t("summary.count", { n: medicines.length })}</p>
              )}
            </div>
            {medicines.length === 0 && <p className="soft">{t("medicines.noneCurrent")}</p>}
            <ul className="entries">
              {medicines.map((medicine) => (
                <li key={medicine.key}>
                  <Medicine medicine={medicine} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
      {sourceOnly > 0 && <StateLine state="shared" sourceOnly={sourceOnly} reader={reader} />}
    </div>
  );
}

/** One medicine: how it is taken now, and how it came about. */
export function Medicine({ medicine }: { medicine: MedicineView }) {
  const to = useRoomLinks();
  const [newest] = medicine.course;
  return (
    <div className="medicine">
      <div className="medicine-head">
        <h3>
          {newest ? (
            <a href={href(to({ at: "record", id: newest.item.id }))}>{medicine.name}</a>
          ) : (
            medicine.name
          )}
        </h3>
        {newest && (
          <Marks
            markers={newest.item.markers}
            flags={newest.item.flags}
            sensitive={sensitivityOf(newest.item)}
          />
        )}
      </div>
      {medicine.instructions.length > 0 ? (
        <ul className="medicine-how">
          {instructionLines(medicine).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      ) : (
        <p className="soft small">{t("medicines.noInstructions")}</p>
      )}
      {newest && <p className="small">{changeText(newest)}</p>}
      {newest && (
        <p className="entry-origin">
          <Origin item={newest.item} />
        </p>
      )}
      {medicine.course.length > 1 && (
        <Disclosure label={t("medicines.course")} level={4}>
          <ol className="course">
            {medicine.course.map((entry) => (
              <li key={entry.item.id}>
                <a href={href(to({ at: "record", id: entry.item.id }))}>{changeText(entry)}</a>
                {entry.item.details.length > 0 && <span>{detailLines(entry.item).join(" · ")}</span>}
                <span className="entry-origin">
                  {t("list.then", { first: entry.item.title, then: originText(entry.item) })}
                </span>
              </li>
            ))}
          </ol>
        </Disclosure>
      )}
    </div>
  );
}

/** "Changed on 15 January 2020". */
export function changeText({ item, change }: MedicineEntry): string {
  const words = t(change === "stopped" ? "medicines.ended" : `medicines.${change}`);
  return item.date
    ? t("medicines.since", { change: words, date: recordDates(item.date) })
    : t("medicines.noDate", { change: words });
}
