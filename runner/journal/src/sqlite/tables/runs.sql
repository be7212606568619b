CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    flow TEXT NOT NULL,
    key TEXT,
    parent TEXT,
    created INTEGER NOT NULL,
    owner TEXT NOT NULL,
    status TEXT NOT NULL,
    finished INTEGER,
    entries INTEGER NOT NULL,
    start_sum INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    end_sum INTEGER,
    outcome BLOB
) STRICT;
CREATE UNIQUE INDEX run_key ON run (tenant, key) WHERE key IS NOT NULL;
CREATE INDEX run_tenant ON run (tenant, number);
CREATE INDEX run_flow ON run (flow, number);
CREATE INDEX run_unfinished ON run (id) WHERE finished IS NULL;
CREATE INDEX run_finished ON run (finished, number) WHERE finished IS NOT NULL;

-- Apart from the row, which every append rewrites.
CREATE TABLE start (run INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;

CREATE TABLE label (run INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX label_run ON label (run, name);
CREATE INDEX label_value ON label (name, value, run);

CREATE TABLE entry (
    run INTEGER NOT NULL,
    place INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    step TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    at INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX entry_place ON entry (run, place);

-- Numbers are never used again, so a higher one is always news.
CREATE TABLE message (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL,
    id TEXT NOT NULL,
    kind INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX message_id ON message (run, id);

CREATE TABLE content (number INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, body BLOB NOT NULL) STRICT;

CREATE TABLE run_text (run INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, content INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX run_text_place ON run_text (run, place);
CREATE INDEX run_text_content ON run_text (content);

CREATE TABLE run_blob (run INTEGER NOT NULL, content INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX run_blob_content ON run_blob (run, content);
CREATE INDEX run_blob_run ON run_blob (content);

-- Holds nothing but what finds out whether there is room again.
CREATE TABLE room (filler BLOB NOT NULL) STRICT;
