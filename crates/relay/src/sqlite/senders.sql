-- Whose a waiting message is: a later revision of a grant takes the place of the one before, and one
-- persona's messages are bounded. The grants say the same of every message here, and for longer.
ALTER TABLE messages ADD COLUMN persona BLOB;
ALTER TABLE messages ADD COLUMN grant_id BLOB;
CREATE INDEX messages_by_sender ON messages (owner, persona, grant_id);
