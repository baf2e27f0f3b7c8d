CREATE TABLE llmotel_calls (
    started            timestamptz      NOT NULL,
    call_id            text             NOT NULL,
    weight             double precision NOT NULL, -- how many calls the record stands for
    trace_id           text,
    span_id            text,
    operation          text             NOT NULL,
    stream             boolean          NOT NULL,
    provider           text             NOT NULL,
    model              text             NOT NULL,
    response_model     text,
    target             text,
    service_tier       text,
    latency_ms         double precision NOT NULL,
    ttfc_ms            double precision,
    success            boolean          NOT NULL,
    abandoned          boolean          NOT NULL,
    error_kind         text,
    status_code        bigint,
    usage              text             NOT NULL, -- how far the counts can be trusted
    input_tokens       bigint,
    output_tokens      bigint,
    cache_read_tokens  bigint,
    cache_write_tokens bigint,
    reasoning_tokens   bigint,
    cost_usd           numeric(20, 12),           -- null if not known, which is not 0
    unpriced           boolean          NOT NULL,
    price_id           text,
    attempts           bigint           NOT NULL,
    targets            bigint           NOT NULL, -- how many of a failover chain were asked
    feature            text,
    feature_version    text,
    prompt             text,
    prompt_version     text,
    experiment         text,
    variant            text,
    conversation_id    text,
    user_id            text,
    session_id         text,
    tenant             text,
    record             jsonb            NOT NULL, -- all of it
    PRIMARY KEY (started, call_id)
);

CREATE INDEX llmotel_calls_trace ON llmotel_calls (trace_id) WHERE trace_id IS NOT NULL;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
        PERFORM create_hypertable('llmotel_calls', 'started', chunk_time_interval => interval '1 day');
    END IF;
END
$$;
