-- The relay's tables, version 1. Forward-only; a change is a new file with a new version.
-- Times are unix seconds. Ids are the raw bytes of the protocol's id types.
-- Nothing here names a person: personas are hashes of keys, compartments random numbers.

-- One value per name: the highest time seen, the receipt key (sealed), the service id.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Who may sign requests as a persona. `id` is the SHA-256 of the verification key.
CREATE TABLE personas (
    id           BLOB PRIMARY KEY NOT NULL,
    verification BLOB NOT NULL,               -- compressed SEC1
    certificate  BLOB NOT NULL,
    valid_from   INTEGER NOT NULL,
    valid_until  INTEGER NOT NULL,
    stored       INTEGER NOT NULL DEFAULT 0   -- payload bytes held for this persona
) STRICT, WITHOUT ROWID;

-- Who may sign requests as a clinician: all certificates of all their keys.
CREATE TABLE clinicians (
    hash         BLOB PRIMARY KEY NOT NULL,
    key_id       BLOB NOT NULL,               -- SHA-256 of the verification key
    verification BLOB NOT NULL,
    certificate  BLOB NOT NULL,
    valid_from   INTEGER NOT NULL,
    valid_until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX clinicians_by_key ON clinicians (key_id);

-- Certificates the authority took back. Never shrinks.
CREATE TABLE removed_clinicians (
    hash BLOB PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE epochs (
    persona     BLOB NOT NULL REFERENCES personas (id),
    compartment BLOB NOT NULL,
    epoch       BLOB NOT NULL,
    opened      INTEGER NOT NULL,
    closed      INTEGER,                      -- NULL while records may be added
    PRIMARY KEY (persona, compartment, epoch)
) STRICT, WITHOUT ROWID;
-- At most one epoch of a compartment is open.
CREATE UNIQUE INDEX one_open_epoch ON epochs (persona, compartment) WHERE closed IS NULL;

-- The newest signed head per compartment.
CREATE TABLE heads (
    persona     BLOB NOT NULL,
    compartment BLOB NOT NULL,
    as_of       INTEGER NOT NULL,
    signed      BLOB NOT NULL,
    PRIMARY KEY (persona, compartment)
) STRICT, WITHOUT ROWID;

-- One object per upload batch; named here only after it is safely on disk.
CREATE TABLE packs (
    id   INTEGER PRIMARY KEY,
    name BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE records (
    persona     BLOB NOT NULL,
    compartment BLOB NOT NULL,
    device      BLOB NOT NULL,
    position    INTEGER NOT NULL,
    epoch       BLOB NOT NULL,
    record_id   BLOB NOT NULL,
    hash        BLOB NOT NULL,                -- of the header: what the next record points to
    header      BLOB NOT NULL,                -- signed header, as uploaded
    pack        INTEGER NOT NULL REFERENCES packs (id),
    start       INTEGER NOT NULL,             -- where the payload lies in the pack
    length      INTEGER NOT NULL,
    PRIMARY KEY (persona, compartment, device, position),
    FOREIGN KEY (persona, compartment, epoch) REFERENCES epochs (persona, compartment, epoch)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX record_ids ON records (persona, record_id);
CREATE INDEX record_epochs ON records (persona, compartment, epoch, device, position);

-- A grant stays as a row after it is over, so that it can never be brought back by a replay.
CREATE TABLE grants (
    id         BLOB PRIMARY KEY NOT NULL,
    persona    BLOB NOT NULL REFERENCES personas (id),
    doctor     BLOB NOT NULL,                 -- hash of the clinician certificate
    revision   INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    expiry     INTEGER NOT NULL,
    revoked    INTEGER,                       -- when the patient ended it
    signed     BLOB NOT NULL,
    message    BLOB,                          -- sealed to the doctor; NULL once the grant is over
    accesses   INTEGER NOT NULL DEFAULT 0,
    records    INTEGER NOT NULL DEFAULT 0,
    last       INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_of_persona ON grants (persona, id);
CREATE INDEX grants_for_doctor ON grants (doctor, id);
CREATE INDEX grants_by_expiry ON grants (expiry);

-- Re-encryption keys, sealed under the storage key and bound to their row. Deleted when the grant
-- is revoked or expires.
CREATE TABLE grant_keys (
    grant_id    BLOB NOT NULL REFERENCES grants (id),
    compartment BLOB NOT NULL,
    epoch       BLOB NOT NULL,
    sealed      BLOB NOT NULL,
    PRIMARY KEY (grant_id, compartment, epoch)
) STRICT, WITHOUT ROWID;

-- Mailboxes. Sequences count per owner, so they tell him nothing about others. The owner is a
-- clinician's key id, or his certificate's hash until he first comes.
CREATE TABLE messages (
    owner    BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    received INTEGER NOT NULL,
    body     BLOB NOT NULL,
    PRIMARY KEY (owner, sequence)
) STRICT, WITHOUT ROWID;

-- The access history of each persona, counted per persona. Never shrinks.
CREATE TABLE accesses (
    persona     BLOB NOT NULL REFERENCES personas (id),
    sequence    INTEGER NOT NULL,
    grant_id    BLOB NOT NULL REFERENCES grants (id),
    compartment BLOB NOT NULL,
    doctor      BLOB NOT NULL,
    records     INTEGER NOT NULL,
    time        INTEGER NOT NULL,
    receipt     BLOB NOT NULL,
    PRIMARY KEY (persona, sequence)
) STRICT, WITHOUT ROWID;

-- Next sequences, kept when the rows they numbered are gone.
CREATE TABLE sequences (
    owner BLOB NOT NULL,
    kind  TEXT NOT NULL,
    last  INTEGER NOT NULL,
    PRIMARY KEY (owner, kind)
) STRICT, WITHOUT ROWID;

-- Replay memory: what was signed within the window. Pruned by time.
CREATE TABLE nonces (
    key_id  BLOB NOT NULL,
    nonce   BLOB NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (key_id, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX nonces_by_expiry ON nonces (expires);

-- Answers already given, for retries. Pruned by time.
CREATE TABLE idempotency (
    key_id  BLOB NOT NULL,
    name    TEXT NOT NULL,
    request BLOB NOT NULL,                    -- digest over method, path and body
    answer  BLOB NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (key_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_expiry ON idempotency (expires);
