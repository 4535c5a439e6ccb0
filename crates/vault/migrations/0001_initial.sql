-- Schema 1. Migrations only go forward; a released file is never edited, a change is a new file.
-- The whole file is ciphertext (SQLCipher, raw key derived from the profile's master secret), so
-- columns hold plain values; there is no second encryption inside.

-- The names of the collections the use cases may write to. Closed: `item` refers to it, so a
-- misspelt collection cannot be stored. What each one holds is documented at
-- `keyward_app::ports::vault::Collection` and, with its ids, at `keyward_vault` (crate docs).
CREATE TABLE collection (
    -- `Collection::as_str`
    name TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

INSERT INTO collection (name) VALUES
    ('settings'), ('identity'), ('sources'), ('spaces'), ('compartments'), ('epochs'),
    ('pool_entries'), ('sealed'), ('shares'), ('outbox'), ('contacts'), ('grants'), ('charts'),
    ('seen_heads'), ('accesses'), ('drafts'), ('jobs'), ('messages');

-- One body per (collection, id); the use cases serialise it.
CREATE TABLE item (
    collection TEXT NOT NULL REFERENCES collection (name),
    -- Chosen by the use case; ordered and compared byte by byte.
    id TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (collection, id)
) STRICT;

-- The medical records of a patient's profile. `body` stands last so that lists and searches do not
-- read its overflow pages.
CREATE TABLE record (
    -- This profile's own random record id, 16 bytes.
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- `keyward_records::Category::as_str`
    category TEXT NOT NULL,
    -- FHIR resource type
    resource_type TEXT NOT NULL,
    -- FHIR date as far as known; text order is time order. NULL: no date.
    date TEXT,
    -- What lists show.
    title TEXT NOT NULL,
    -- `title` in lower case (Unicode), for the search.
    title_folded TEXT NOT NULL,
    -- SHA-256 of the canonical content: one record per fingerprint.
    fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
    -- Id of the import that brought it.
    source TEXT NOT NULL,
    -- The original JSON, byte for byte.
    body BLOB NOT NULL
) STRICT;

CREATE INDEX record_by_date ON record (date DESC, id);
CREATE INDEX record_by_category ON record (category, date DESC, id);
CREATE INDEX record_by_source ON record (source);
