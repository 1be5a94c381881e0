-- Organizations, and the tokens that speak for them. Organization ids are the platform's own; all other ids are ours.

CREATE TABLE organizations (
    id         text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9_.:-]{1,64}$'),
    name       text NOT NULL DEFAULT '' CHECK (length(name) <= 200),
    created_at timestamptz NOT NULL DEFAULT now()
);
SELECT guard_rows('organizations', 'id');
GRANT SELECT, INSERT, UPDATE ON organizations TO kt_api;

CREATE TABLE api_tokens (
    id           text PRIMARY KEY CHECK (id ~ '^tok_[0-9A-Za-z]{1,36}$'),
    org_id       text NOT NULL REFERENCES organizations (id),
    name         text NOT NULL DEFAULT '' CHECK (length(name) <= 100),
    hash         bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32), -- SHA-256 of the whole text; the text is shown once
    scopes       text[] NOT NULL
        CHECK (cardinality(scopes) >= 1 AND scopes <@ ARRAY['webhooks:read', 'webhooks:write', 'events:write', 'admin']),
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   text NOT NULL DEFAULT '', -- token id, or '' from the command line
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz
);
CREATE INDEX api_tokens_by_org ON api_tokens (org_id, created_at, id);
SELECT guard_rows('api_tokens');
GRANT SELECT, INSERT, UPDATE ON api_tokens TO kt_api;
GRANT SELECT (id, org_id, hash, scopes, expires_at, revoked_at) ON api_tokens TO kt_producer;
CREATE POLICY all_orgs ON api_tokens FOR SELECT TO kt_producer USING (true);

-- The API learns the organization from the token, so it has to find the token first: it may see the one row whose hash it knows.
CREATE POLICY by_hash ON api_tokens FOR SELECT TO kt_api
    USING (hash = decode(nullif(current_setting('app.token_hash', true), ''), 'hex'));

-- The live token of that hash, or no row.
CREATE FUNCTION find_token(token_hash bytea)
    RETURNS TABLE (id text, org_id text, scopes text[], expires_at timestamptz)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.token_hash', encode(token_hash, 'hex'), true);
    RETURN QUERY
        SELECT id, org_id, scopes, expires_at FROM api_tokens
        WHERE hash = token_hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now());
    PERFORM set_config('app.token_hash', '', true);
END
$$;
REVOKE ALL ON FUNCTION find_token(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_token(bytea) TO kt_api;
