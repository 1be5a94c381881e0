-- Who changed what. Rows are only ever added.

CREATE TABLE audit_log (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    actor      text NOT NULL, -- token id, or the program that acted by itself
    action     text NOT NULL, -- webhook.created, webhook.disabled, token.revoked, …
    target     text NOT NULL, -- id of what was changed
    request_id text NOT NULL DEFAULT '',
    details    jsonb NOT NULL DEFAULT '{}' -- never a secret or a header value
);
CREATE INDEX audit_log_by_org ON audit_log (org_id, id);
SELECT guard_rows('audit_log');
GRANT SELECT, INSERT ON audit_log TO kt_api;
