import { PersonLine } from "../features/desk/DeskHome";
import { PatientList } from "../features/doctor/PatientList";
import { AccessList } from "../features/patient/AccessList";
import { CategoryCounts } from "../features/patient/CategoryCounts";
import { IdentifyingList } from "../features/patient/IdentifyingList";
import { ShareRow } from "../features/patient/ShareRow";
import { StaysList } from "../features/patient/StaysList";
import { Specimen, Specimens } from "./Specimen";
import { accesses, kinds, longName, patients, people, preview, shares } from "./samples";

const [first] = shares;

/** Lists of people and of what they share. */
export function PeopleSheet() {
  return (
    <Specimens>
      <Specimen name="shares, in every state" wide>
        <ul className="list">
          {shares.map((share) => (
            <ShareRow share={share} key={share.id} />
          ))}
          {first && (
            <ShareRow share={{ ...first, state: "problem", doctor: { ...first.doctor, name: longName } }} />
          )}
        </ul>
      </Specimen>
      <Specimen name="who has looked" wide>
        <AccessList accesses={accesses} />
      </Specimen>
      <Specimen name="who shares with a doctor" wide>
        <PatientList rows={patients} />
      </Specimen>
      <Specimen name="who waits at the desk" wide>
        <ul className="list">
          {people.map((row) => (
            <PersonLine row={row} key={row.id} />
          ))}
          {people[0] && <PersonLine row={{ ...people[0], withdrawn: true }} />}
        </ul>
      </Specimen>
      <Specimen name="kinds, and who sees them" wide>
        <CategoryCounts categories={kinds} />
      </Specimen>
      <Specimen name="what stays here">
        <StaysList preview={preview} />
      </Specimen>
      <Specimen name="what says who she is">
        <IdentifyingList items={[...preview.identifies, ...preview.freeText]} />
      </Specimen>
    </Specimens>
  );
}
