import type { UseQueryResult } from "@tanstack/react-query";
import { answers } from "../app/queries";
import { now } from "../backend/fake/clock";
import { ImportWaiting } from "../features/patient/ImportWaiting";
import { waitingKey, type Waiting } from "../features/patient/importing";
import { Waits } from "../features/room/Apart";
import { SectionEmpty } from "../features/room/SectionEmpty";
import { t } from "../locales/i18n";
import { Button } from "../shared/components/Button";
import { Forgotten } from "../shared/components/Forgotten";
import { KeyringWait } from "../shared/components/KeyringWait";
import { Loaded, Missing, Stale } from "../shared/components/Loaded";
import { Strip } from "../shared/components/Strip";
import { Unopened } from "../shared/components/Unopened";
import { InRoom, Pressed, Specimen, Specimens, nothing } from "./Specimen";
import { record } from "./samples";

type Words = UseQueryResult<string>;

/** An answer as it may stand. */
const asked = (change: object): Words =>
  ({
    data: undefined,
    isError: false,
    isFetching: false,
    errorUpdateCount: 0,
    error: null,
    dataUpdatedAt: (now - 86_400) * 1000,
    refetch: () => Promise.resolve(),
    ...change,
  }) as unknown as Words;

const failure = { isError: true, errorUpdateCount: 1, error: { code: "vault-busy", params: {} } };

const queries = {
  "on its way": asked({}),
  there: asked({ data: "2 records" }),
  failed: asked(failure),
  "from before": asked({ ...failure, data: "2 records" }),
};

const waiting: Waiting[] = [
  {
    selection: { token: "t", names: ["records-2026.zip"] },
    error: { code: "vault-busy", params: {} },
  },
];

/** What is not there: on its way, failed, from before, and what stands in the way of opening anything. */
export function MissingSheet() {
  answers.setQueryData(waitingKey, waiting);
  return (
    <Specimens>
      {Object.entries(queries).map(([name, query]) => (
        <Specimen name={`answer: ${name}`} key={name}>
          <Loaded query={query} lines={4}>
            {(words) => <p>{words}</p>}
          </Loaded>
        </Specimen>
      ))}
      <Specimen name="strip: from before, asking again" wide>
        <Stale queries={[asked({ ...failure, data: "2 records", isFetching: true })]} />
      </Specimen>
      <Specimen name="strip: one source failed" wide>
        <Missing query={asked(failure)} words="Whether doctors have new keys could not be looked up." />
      </Specimen>
      <Specimen name="strip: out of reach" wide>
        <Strip
          icon="cloudOff"
          onPaper=""
          action={
            <Button look="quiet" icon="refresh" onPress={nothing}>
              Try again
            </Button>
          }
        >
          The relay is out of reach. This is from 20 November 2026 at 21:45.
        </Strip>
      </Specimen>
      <Specimen name="keyring waits for a password">
        <KeyringWait waiting patience={0} />
      </Specimen>
      <Specimen name="profile: keyring locked">
        <Unopened
          error={{ code: "keyring-locked", params: {} }}
          role="patient"
          onRetry={nothing}
          way={null}
        />
      </Specimen>
      <Specimen name="profile: its key is gone">
        <Unopened
          error={{ code: "keyring-missing", params: {} }}
          role="patient"
          onRetry={nothing}
          way={<Button icon="key">Bring it back</Button>}
        />
      </Specimen>
      <Specimen name="profile: its file is damaged">
        <Unopened
          error={{ code: "vault-corrupt", params: {} }}
          role="doctor"
          onRetry={nothing}
          way={<Button icon="add">Begin anew</Button>}
        />
      </Specimen>
      <Specimen name="passphrase forgotten">
        <Pressed>
          <Forgotten role="patient" way={<Button icon="key">Bring it back</Button>}>
            <p>{t("removal.there")}</p>
          </Forgotten>
        </Pressed>
      </Specimen>
      <Specimen name="a record that waits for a place">
        <Waits known={{ ...record("i7"), waits: true }} />
      </Specimen>
      <Specimen name="files that wait">
        <ImportWaiting />
      </Specimen>
      <InRoom>
        <Specimen name="section: none recorded">
          <SectionEmpty
            icon="medications"
            none="No medicines recorded"
            hint="Medicines come with the records of your clinic."
            sections={[{ state: "noneRecorded", sourceOnly: 0 }]}
          />
        </Specimen>
        <Specimen name="section: only as it came">
          <SectionEmpty
            icon="documents"
            none="No documents recorded"
            sections={[{ state: "shared", sourceOnly: 2 }]}
          />
        </Specimen>
      </InRoom>
      <InRoom reader="reader">
        <Specimen name="section: not shared with the reader">
          <SectionEmpty
            icon="medications"
            none="No medicines recorded"
            sections={[{ state: "notShared", sourceOnly: 0 }]}
          />
        </Specimen>
      </InRoom>
    </Specimens>
  );
}
