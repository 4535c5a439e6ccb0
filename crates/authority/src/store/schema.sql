-- Register of one clinic authority. Columns named "sealed_…" hold nonce ‖ AES-256-GCM ciphertext ‖ tag under a
-- key derived from the storage key; table, column and row id are associated data, so a value moved to another
-- row, column or table does not open. Times are seconds since 1970 UTC, ids 16 random bytes.

-- Single values: service id, a sealed known value (is this the right storage key?), highest time seen, counters.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
    id             BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    revision       INTEGER NOT NULL CHECK (revision >= 1),
    sealed_person  BLOB NOT NULL,
    state          TEXT NOT NULL CHECK (state IN
                     ('registered', 'identity-checked', 'invited', 'enrolled', 'withdrawn')),
    registered     INTEGER NOT NULL,
    since          INTEGER NOT NULL,
    changed        INTEGER NOT NULL,
    -- 33-byte verification key of the person's device; present exactly while enrolled.
    enrolment_key  BLOB CHECK (length(enrolment_key) = 33),
    -- SHA-256 of it: what a signed request names.
    key_id         BLOB UNIQUE CHECK (length(key_id) = 32),
    CHECK ((enrolment_key IS NOT NULL) = (state = 'enrolled')),
    CHECK ((key_id IS NOT NULL) = (enrolment_key IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE clinicians (
    id               BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    sealed_clinician BLOB NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('invited', 'enrolled', 'removed')),
    registered       INTEGER NOT NULL,
    since            INTEGER NOT NULL,
    -- Public once issued.
    certificate      BLOB,
    certificate_hash BLOB UNIQUE CHECK (length(certificate_hash) = 32),
    CHECK ((certificate IS NULL) = (certificate_hash IS NULL)),
    CHECK ((certificate IS NOT NULL) = (state = 'enrolled'))
) STRICT, WITHOUT ROWID;

-- Every certificate that must no longer be trusted, in the order it was removed.
CREATE TABLE removed (
    position         INTEGER PRIMARY KEY NOT NULL,
    certificate_hash BLOB NOT NULL UNIQUE CHECK (length(certificate_hash) = 32),
    at               INTEGER NOT NULL
) STRICT;

-- What happened to whom, when and by whom. Never updated, never deleted.
CREATE TABLE history (
    position     INTEGER PRIMARY KEY NOT NULL,
    subject      BLOB NOT NULL CHECK (length(subject) = 16),
    event_id     BLOB NOT NULL UNIQUE CHECK (length(event_id) = 16),
    -- What, when, and the name of the operator (none: the subject's own device).
    sealed_event BLOB NOT NULL
) STRICT;
CREATE INDEX history_of ON history (subject, position);

CREATE TABLE invitations (
    id            BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    subject       BLOB NOT NULL CHECK (length(subject) = 16),
    purpose       TEXT NOT NULL CHECK (purpose IN ('patient', 'clinician')),
    -- Public part of the typed code; NULL once forgotten, so that handles can be used again.
    handle        INTEGER UNIQUE CHECK (handle BETWEEN 0 AND 32767),
    -- What CPace needs of the code; NULL once burnt or forgotten.
    sealed_secret BLOB,
    issued        INTEGER NOT NULL,
    expires       INTEGER NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    state         TEXT NOT NULL CHECK (state IN ('open', 'used', 'burnt', 'withdrawn')),
    used          INTEGER,
    -- SHA-256 over the request that used it: the same device may repeat it, nobody else.
    used_by       BLOB CHECK (length(used_by) = 32),
    CHECK ((state = 'used') = (used IS NOT NULL)),
    CHECK ((state = 'used') = (used_by IS NOT NULL)),
    CHECK (state <> 'burnt' OR sealed_secret IS NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_of ON invitations (subject, issued);
-- At most one open invitation per person or clinician, whatever the processes do.
CREATE UNIQUE INDEX one_open_invitation ON invitations (subject) WHERE state = 'open';

-- One certificate per persona key and epoch. Tags are HMACs, so that the file does not list persona keys,
-- and no row says which person asked.
CREATE TABLE personas (
    tag         BLOB PRIMARY KEY NOT NULL CHECK (length(tag) = 32),
    content_tag BLOB NOT NULL CHECK (length(content_tag) = 32),
    epoch       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How many personas a person had certified in an epoch.
CREATE TABLE persona_counts (
    person BLOB NOT NULL CHECK (length(person) = 16),
    epoch  INTEGER NOT NULL,
    count  INTEGER NOT NULL CHECK (count >= 1),
    PRIMARY KEY (person, epoch)
) STRICT, WITHOUT ROWID;

-- Nonces of signed requests, kept as long as their signatures could be replayed.
CREATE TABLE nonces (
    key_id  BLOB NOT NULL CHECK (length(key_id) = 32),
    nonce   BLOB NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (key_id, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX nonces_by_expiry ON nonces (expires);
