CREATE INDEX record_by_category ON record (category, date DESC, id);
CREATE INDEX record_by_date ON record (date DESC, id);
CREATE INDEX record_by_source ON record (source);
CREATE TABLE collection (
    -- `Collection::as_str`
    name TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE item (
    collection TEXT NOT NULL REFERENCES collection (name),
    -- Chosen by the use case; ordered and compared byte by byte.
    id TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (collection, id)
) STRICT;
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
