-- `keys` counts changes of keys, so that one process sees another's; `document` is the hash of the last good file.
CREATE TABLE gateway (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO gateway VALUES ('keys', 0), ('document', '');

CREATE TABLE key (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    principal TEXT NOT NULL,
    label TEXT NOT NULL,
    hash BLOB NOT NULL,
    -- A JSON list; nothing if the key is for all models of its principal.
    models TEXT,
    created INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires INTEGER,
    revoked INTEGER,
    used INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE envelope (
    workspace TEXT NOT NULL,
    connection TEXT NOT NULL,
    field TEXT NOT NULL,
    version INTEGER NOT NULL,
    master TEXT NOT NULL,
    nonce BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (workspace, connection, field, version)
) STRICT, WITHOUT ROWID;

-- An empty `key` is all keys together.
CREATE TABLE counter (
    workspace TEXT NOT NULL,
    model TEXT NOT NULL,
    key TEXT NOT NULL,
    per TEXT NOT NULL,
    start INTEGER NOT NULL,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    total INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (workspace, model, key, per)
) STRICT, WITHOUT ROWID;

-- Numbers rise with the ends of calls, ids with their beginnings. Times are in microseconds, but for `started`.
CREATE TABLE call (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    started INTEGER NOT NULL,
    workspace TEXT NOT NULL,
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    connection TEXT NOT NULL,
    model TEXT NOT NULL,
    provider_model TEXT NOT NULL,
    operation TEXT NOT NULL,
    stream INTEGER NOT NULL,
    status INTEGER,
    error_type TEXT,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    input INTEGER,
    output INTEGER,
    cached INTEGER,
    cached_apart INTEGER,
    reasoning INTEGER,
    total INTEGER,
    cost INTEGER,
    first_byte INTEGER,
    duration INTEGER NOT NULL,
    overhead INTEGER NOT NULL,
    upstream_request_id TEXT
) STRICT;

CREATE TABLE call_content (id BLOB NOT NULL UNIQUE, request BLOB NOT NULL, answer BLOB NOT NULL) STRICT;

-- Sums of a day (counted from 1970, in UTC), which outlive the calls. A cost is in billionths.
CREATE TABLE usage (
    workspace TEXT NOT NULL,
    day INTEGER NOT NULL,
    model TEXT NOT NULL,
    key TEXT NOT NULL,
    calls INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    total INTEGER NOT NULL,
    cost INTEGER,
    PRIMARY KEY (workspace, day, model, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    workspace TEXT NOT NULL,
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    outcome TEXT NOT NULL,
    times INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_at ON audit (at);
-- Refusals by the hour, of which those that are alike make one line.
CREATE INDEX audit_refused ON audit (at / 3600000, workspace, action, object) WHERE outcome <> 'done';
