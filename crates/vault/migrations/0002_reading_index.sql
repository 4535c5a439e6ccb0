-- Schema 2: the reading index (`keyward_app::ports::index`). Everything here can be made anew from
-- the records; a file of schema 1 gets empty tables and is indexed after it was opened.

-- Charts as one reader sees them: `own`, `share/<grant>`, `preview/<id>`.
CREATE TABLE scope (
    number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 1000000),
    name TEXT NOT NULL UNIQUE,
    -- Arrival number given last; never given again.
    arrivals INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One record in one scope. `number` is `scope * 2^32 + arrival`, so that a scope is a range of row
-- ids, here and in `word`. `item` stands last so that lists read no more of a row than they need.
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
) STRICT;

CREATE UNIQUE INDEX line_by_record ON line (id, scope);
-- With the section, so that a choice of several is made without reading rows.
CREATE INDEX line_by_date ON line (scope, date DESC, number, section);
CREATE INDEX line_by_section ON line (scope, section, date DESC);
CREATE INDEX line_by_analyte ON line (scope, analyte, date DESC) WHERE analyte IS NOT NULL;
CREATE INDEX line_by_standing ON line (scope, standing, date DESC) WHERE standing < 255;
CREATE INDEX line_by_handle ON line (handle, scope) WHERE handle IS NOT NULL;
CREATE INDEX line_by_content ON line (content, scope) WHERE content IS NOT NULL;
CREATE INDEX line_flagged ON line (scope, section, date DESC) WHERE flagged = 1;
CREATE INDEX line_source_only ON line (scope, section, date DESC) WHERE source_only = 1;

-- Records that are not shown themselves but named with another that says the same.
CREATE TABLE twin (
    scope INTEGER NOT NULL REFERENCES scope (number),
    id BLOB NOT NULL CHECK (length(id) = 16),
    shown BLOB NOT NULL CHECK (length(shown) = 16),
    -- The line it becomes when that one goes (`NewLine`, JSON).
    line TEXT NOT NULL,
    PRIMARY KEY (scope, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX twin_by_shown ON twin (scope, shown);

-- Counts kept beside the lines, so that no page waits for a count of 100 000.
CREATE TABLE tally (
    scope INTEGER NOT NULL REFERENCES scope (number),
    section TEXT NOT NULL,
    compartment TEXT NOT NULL,
    flagged INTEGER NOT NULL,
    source_only INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    PRIMARY KEY (scope, section, compartment, flagged, source_only)
) STRICT, WITHOUT ROWID;

-- Analytes with their newest lines.
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

CREATE INDEX analyte_by_date ON analyte (scope, section, date DESC);

-- The words of the lines. Letters of scripts written without spaces stand apart (see
-- `db/words.rs`). `secure-delete`: deleted words leave the index at once, not at some later merge.
CREATE VIRTUAL TABLE word USING fts5 (
    title, words,
    tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO word (word, rank) VALUES ('secure-delete', 1);
-- Words are gathered in memory up to so many bytes before they are written: an import has many.
INSERT INTO word (word, rank) VALUES ('hashsize', 8388608);

-- No list of the records themselves is ordered by date over all categories any more.
DROP INDEX record_by_date;

-- What an import brought is counted by category without reading the records.
DROP INDEX record_by_source;
CREATE INDEX record_by_source ON record (source, category);
