-- What the API remembers of requests: answers to give again, and work that outlives its request.

CREATE TABLE idempotency_keys (
    org_id          text NOT NULL,
    key             text NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 255),
    request_hash    bytea NOT NULL CHECK (octet_length(request_hash) = 32), -- SHA-256 of method, path and body
    status          integer, -- NULL: still being answered
    sealed_response bytea,   -- sealed like a signing secret, because the answer may hold one
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
SELECT guard_rows('idempotency_keys');
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO kt_api;

CREATE TABLE jobs (
    id          text PRIMARY KEY CHECK (id ~ '^job_[0-9A-Za-z_-]{1,60}$'),
    org_id      text NOT NULL,
    webhook_id  text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('replay')),
    state       text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    request     jsonb NOT NULL, -- what was asked for
    total_count bigint,         -- NULL: not known yet
    done_count  bigint NOT NULL DEFAULT 0,
    error       text,
    created_by  text NOT NULL DEFAULT '', -- token id
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    FOREIGN KEY (org_id, webhook_id) REFERENCES webhooks (org_id, id)
);
CREATE INDEX jobs_by_webhook ON jobs (org_id, webhook_id, created_at);
CREATE INDEX jobs_open ON jobs (created_at) WHERE state IN ('queued', 'running');
SELECT guard_rows('jobs');
GRANT SELECT, INSERT, UPDATE ON jobs TO kt_api;
