-- A row of `personas` may be the key a clinician's backups lie under instead: it stores and fetches
-- backups and nothing else. Her certificate's hash; NULL in the row of a persona.
ALTER TABLE personas ADD COLUMN backup_of BLOB;
CREATE INDEX personas_backup_of ON personas (backup_of) WHERE backup_of IS NOT NULL;
