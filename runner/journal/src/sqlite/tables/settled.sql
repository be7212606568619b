-- What is settled takes no room, and is kept for its id.
ALTER TABLE message ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
CREATE INDEX message_open ON message (run, number) WHERE settled = 0;
