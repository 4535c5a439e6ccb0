-- What a clinic remembers of anonymous credentials. A file of its own, because it must never go back: the register
-- may be restored from a backup, this is not in one. Not a write-ahead log and no row ids, so that nothing in the
-- file says in which order personas were certified. Tags are HMACs under a key derived from the storage key.

-- Single values: the file's id, a sealed known value, the last epoch that is closed.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The object of each epoch as it was published. Public.
CREATE TABLE epochs (
    epoch  INTEGER PRIMARY KEY NOT NULL,
    object BLOB NOT NULL
) STRICT;

-- The register of an epoch: the element M of each credential that was issued, and to whom.
CREATE TABLE register (
    -- Keyed tag of the whole request: the same one is answered again.
    request      BLOB PRIMARY KEY NOT NULL CHECK (length(request) = 32),
    epoch        INTEGER NOT NULL,
    person       BLOB NOT NULL CHECK (length(person) = 16),
    -- Keyed tag of M, which stands in one entry only.
    element      BLOB NOT NULL UNIQUE CHECK (length(element) = 32),
    -- The entry, signed by the device.
    sealed_entry BLOB NOT NULL,
    at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX register_of ON register (person, epoch);

-- Presentations that were taken, and what they certified. No time, no person.
CREATE TABLE spent (
    -- Keyed tag of epoch and presentation tag: each is taken once.
    tag     BLOB PRIMARY KEY NOT NULL CHECK (length(tag) = 32),
    epoch   INTEGER NOT NULL,
    -- Keyed tag of epoch and persona key: one certificate for each.
    persona BLOB NOT NULL UNIQUE CHECK (length(persona) = 32),
    -- Keyed tag of everything certified with it.
    content BLOB NOT NULL CHECK (length(content) = 32),
    -- Keyed tag of the whole request: the same one is answered again.
    request BLOB NOT NULL CHECK (length(request) = 32)
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_in ON spent (epoch);
