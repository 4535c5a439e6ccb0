-- Schema 3: the same in less space.

-- How `body` is stored, see `db/pack`. 0: as it is.
ALTER TABLE record ADD COLUMN packing INTEGER NOT NULL DEFAULT 0;

-- Words are looked for in the reading index; nobody asks the records themselves by title any more.
ALTER TABLE record DROP COLUMN title_folded;

-- Records are read by source or in the order of their ids; both indexes of old are one now.
DROP INDEX record_by_category;

-- The words of a line stand in its row; the search keeps no second copy of them (external content). They stand last,
-- so that lists read no more of a row than they need.
ALTER TABLE line ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE line ADD COLUMN words TEXT NOT NULL DEFAULT '';
UPDATE line SET title = word.title, words = word.words FROM word WHERE word.rowid = line.number;
DROP TABLE word;
CREATE VIRTUAL TABLE word USING fts5 (
    title, words,
    content = 'line', content_rowid = 'number',
    tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO word (word, rank) VALUES ('secure-delete', 1);
INSERT INTO word (word, rank) VALUES ('hashsize', 8388608);
INSERT INTO word (word) VALUES ('rebuild');
