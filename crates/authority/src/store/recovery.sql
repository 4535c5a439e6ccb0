-- Losing and leaving. The hash of the recovery key that may replace an enrolment key, by that key's id.
CREATE TABLE recovery (
    key_id BLOB PRIMARY KEY NOT NULL CHECK (length(key_id) = 32),
    hash   BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT, WITHOUT ROWID;

-- Enrolment keys replaced by their recovery key, until the desk enrols another device of the person.
CREATE TABLE replaced (
    key_id  BLOB PRIMARY KEY NOT NULL CHECK (length(key_id) = 32),
    person  BLOB NOT NULL CHECK (length(person) = 16),
    hash    BLOB NOT NULL CHECK (length(hash) = 32),
    -- The statement's own time: a later one holds.
    time    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX replaced_of ON replaced (person);

-- Statements that took effect, by a keyed tag: whoever did not get the answer asks again.
CREATE TABLE done (
    tag BLOB PRIMARY KEY NOT NULL CHECK (length(tag) = 32),
    at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
