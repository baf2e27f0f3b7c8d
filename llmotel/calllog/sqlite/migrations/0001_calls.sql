CREATE TABLE llmotel_calls (
    started            TEXT    NOT NULL, -- UTC, '2026-03-01 12:00:00.123456'
    call_id            TEXT    NOT NULL,
    weight             REAL    NOT NULL, -- how many calls the record stands for
    trace_id           TEXT,
    span_id            TEXT,
    operation          TEXT    NOT NULL,
    stream             INTEGER NOT NULL,
    provider           TEXT    NOT NULL,
    model              TEXT    NOT NULL,
    response_model     TEXT,
    target             TEXT,
    service_tier       TEXT,
    latency_ms         REAL    NOT NULL,
    ttfc_ms            REAL,
    success            INTEGER NOT NULL,
    abandoned          INTEGER NOT NULL,
    error_kind         TEXT,
    status_code        INTEGER,
    usage              TEXT    NOT NULL, -- how far the counts can be trusted
    input_tokens       INTEGER,
    output_tokens      INTEGER,
    cache_read_tokens  INTEGER,
    cache_write_tokens INTEGER,
    reasoning_tokens   INTEGER,
    cost_usd           REAL,             -- null if not known, which is not 0
    unpriced           INTEGER NOT NULL,
    price_id           TEXT,
    attempts           INTEGER NOT NULL,
    targets            INTEGER NOT NULL, -- how many of a failover chain were asked
    feature            TEXT,
    feature_version    TEXT,
    prompt             TEXT,
    prompt_version     TEXT,
    experiment         TEXT,
    variant            TEXT,
    conversation_id    TEXT,
    user_id            TEXT,
    session_id         TEXT,
    tenant             TEXT,
    record             TEXT    NOT NULL, -- all of it, as JSON
    PRIMARY KEY (started, call_id)
) WITHOUT ROWID;

CREATE INDEX llmotel_calls_trace ON llmotel_calls (trace_id) WHERE trace_id IS NOT NULL;
