-- Losing and leaving. A replaced persona stays as a row: her key is refused, her grants say why they
-- ended, and whoever continues her may read her history.
ALTER TABLE personas ADD COLUMN replaced INTEGER;        -- since when, by the relay's time
ALTER TABLE personas ADD COLUMN replacement BLOB;        -- the signed statement, if it names this persona
ALTER TABLE personas ADD COLUMN replacement_time INTEGER;-- its own time: a later one holds
ALTER TABLE personas ADD COLUMN successor BLOB;          -- whom it names
ALTER TABLE personas ADD COLUMN continued_by BLOB;       -- the end of the line: a persona not replaced
CREATE INDEX personas_continued ON personas (continued_by) WHERE continued_by IS NOT NULL;

-- Whether a grant ended because its persona was replaced.
ALTER TABLE grants ADD COLUMN replaced INTEGER NOT NULL DEFAULT 0;

-- Personas a restored store does not know, and of whom the journal of ends says that they were replaced.
CREATE TABLE refused_personas (
    id BLOB PRIMARY KEY NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What keeps a forgotten persona from coming back by a replay: a hash of her id, nothing else.
CREATE TABLE forgotten (
    tombstone BLOB PRIMARY KEY NOT NULL,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Payload objects no row names any more, until they are deleted.
CREATE TABLE doomed (
    name BLOB PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;

-- Sealed backup packs, named by the SHA-256 of their bytes within one persona.
CREATE TABLE backup_packs (
    persona BLOB NOT NULL REFERENCES personas (id),
    hash    BLOB NOT NULL,
    name    BLOB NOT NULL UNIQUE,             -- of the object
    length  INTEGER NOT NULL,
    stored  INTEGER NOT NULL,
    PRIMARY KEY (persona, hash)
) STRICT, WITHOUT ROWID;

-- How many packs there are and their bytes, of each persona and (with an empty owner) of all
-- together. Kept by the triggers, whoever adds or deletes a pack.
CREATE TABLE backup_usage (
    owner BLOB PRIMARY KEY NOT NULL,
    packs INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER backup_pack_added AFTER INSERT ON backup_packs BEGIN
    INSERT INTO backup_usage (owner, packs, bytes)
        VALUES (NEW.persona, 1, NEW.length), (x'', 1, NEW.length)
        ON CONFLICT (owner) DO UPDATE SET packs = packs + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER backup_pack_gone AFTER DELETE ON backup_packs BEGIN
    UPDATE backup_usage SET packs = packs - 1, bytes = bytes - OLD.length
        WHERE owner IN (OLD.persona, x'');
    DELETE FROM backup_usage WHERE packs = 0;
END;

-- Versions of a backup, and which packs each needs.
CREATE TABLE backups (
    persona  BLOB NOT NULL REFERENCES personas (id),
    sequence INTEGER NOT NULL,
    stored   INTEGER NOT NULL,
    manifest BLOB NOT NULL,
    PRIMARY KEY (persona, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE backup_needs (
    persona  BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    PRIMARY KEY (persona, sequence, hash),
    FOREIGN KEY (persona, sequence) REFERENCES backups (persona, sequence),
    FOREIGN KEY (persona, hash) REFERENCES backup_packs (persona, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX backup_needed ON backup_needs (persona, hash);

-- Erasing a persona must not walk through everybody's messages.
CREATE INDEX messages_of_persona ON messages (persona) WHERE persona IS NOT NULL;
