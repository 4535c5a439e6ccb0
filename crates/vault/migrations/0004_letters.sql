-- Schema 4: lines whose words are not all there.

-- Bits: 1 there is more than is searched, 2 letters in it have to be looked into (`keyward_records::view::line::searched`).
ALTER TABLE line ADD COLUMN searched INTEGER NOT NULL DEFAULT 0;
-- Mostly there are few; those that wait are asked for often.
CREATE INDEX line_searched ON line (scope, searched) WHERE searched > 0;
