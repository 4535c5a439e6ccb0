CREATE INDEX analyte_by_date ON analyte (scope, section, date DESC);
CREATE INDEX line_by_analyte ON line (scope, analyte, date DESC) WHERE analyte IS NOT NULL;
CREATE INDEX line_by_content ON line (content, scope) WHERE content IS NOT NULL;
CREATE INDEX line_by_date ON line (scope, date DESC, number, section);
CREATE INDEX line_by_handle ON line (handle, scope) WHERE handle IS NOT NULL;
CREATE UNIQUE INDEX line_by_record ON line (id, scope);
CREATE INDEX line_by_section ON line (scope, section, date DESC);
CREATE INDEX line_by_standing ON line (scope, standing, date DESC) WHERE standing < 255;
CREATE INDEX line_flagged ON line (scope, section, date DESC) WHERE flagged = 1;
CREATE INDEX line_searched ON line (scope, searched) WHERE searched > 0;
CREATE INDEX line_source_only ON line (scope, section, date DESC) WHERE source_only = 1;
CREATE INDEX record_by_source ON record (source, category);
CREATE INDEX twin_by_shown ON twin (scope, shown);
CREATE TABLE analyte (
    scope INTEGER NOT NULL REFERENCES scope (number),
    key TEXT NOT NULL,
    lines INTEGER NOT NULL,
    -- Section and date of the newest line.
    section TEXT NOT NULL,
    date TEXT,
    latest INTEGER NOT NULL,
    previous INTEGER,
    PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE line (
    number INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL REFERENCES scope (number),
    -- The record, 16 bytes.
    id BLOB NOT NULL CHECK (length(id) = 16),
    -- `keyward_records::Category::as_str`
    section TEXT NOT NULL,
    -- `keyward_records::Category::as_str`
    compartment TEXT NOT NULL,
    -- Text order is time order. NULL: no date.
    date TEXT,
    -- Key of what it measures.
    analyte TEXT,
    -- List of the summary it belongs to; 255: none.
    standing INTEGER NOT NULL,
    flagged INTEGER NOT NULL,
    source_only INTEGER NOT NULL,
    -- Hash of the name by which others refer to it.
    handle INTEGER,
    -- Hash of what it says, and of where it came from: the same from elsewhere is shown once.
    content INTEGER,
    origin INTEGER NOT NULL,
    extra TEXT,
    -- The item as a list shows it, JSON.
    item TEXT NOT NULL
, title TEXT NOT NULL DEFAULT '', words TEXT NOT NULL DEFAULT '', searched INTEGER NOT NULL DEFAULT 0) STRICT;
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
    fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
    -- Id of the import that brought it.
    source TEXT NOT NULL,
    -- The original JSON, byte for byte.
    body BLOB NOT NULL
, packing INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE scope (
    number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 1000000),
    name TEXT NOT NULL UNIQUE,
    -- Arrival number given last; never given again.
    arrivals INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE tally (
    scope INTEGER NOT NULL REFERENCES scope (number),
    section TEXT NOT NULL,
    compartment TEXT NOT NULL,
    flagged INTEGER NOT NULL,
    source_only INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    PRIMARY KEY (scope, section, compartment, flagged, source_only)
) STRICT, WITHOUT ROWID;
CREATE TABLE twin (
    scope INTEGER NOT NULL REFERENCES scope (number),
    id BLOB NOT NULL CHECK (length(id) = 16),
    shown BLOB NOT NULL CHECK (length(shown) = 16),
    -- The line it becomes when that one goes (`NewLine`, JSON).
    line TEXT NOT NULL,
    PRIMARY KEY (scope, id)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE word USING fts5 (
    title, words,
    content = 'line', content_rowid = 'number',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TABLE 'word_config'(k PRIMARY KEY, v) WITHOUT ROWID;
CREATE TABLE 'word_data'(id INTEGER PRIMARY KEY, block BLOB);
CREATE TABLE 'word_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
CREATE TABLE 'word_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
