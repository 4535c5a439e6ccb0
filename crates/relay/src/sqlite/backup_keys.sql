-- A row of `personas` may be the key a clinician's backups lie under instead: it stores and fetches
-- backups and nothing else. Her certificate's hash; NULL in the row of a persona.
ALTER TABLE personas ADD COLUMN backup_of BLOB;
-- Since when it is known that its time is over.
ALTER TABLE personas ADD COLUMN over_since INTEGER;
CREATE INDEX personas_backup_of ON personas (backup_of) WHERE backup_of IS NOT NULL;

-- How many keys a certificate ever vouched for: each leaves a mark for good when it is forgotten.
CREATE TABLE backup_keys_vouched (
    clinician BLOB PRIMARY KEY NOT NULL,
    keys      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
