-- Configuration: what dispatchers load. Every change moves config_version and wakes the listeners, in the same transaction.

-- Custom event types, for everyone on this installation; the built-in ones are in the programs.
CREATE TABLE event_types (
    name       text PRIMARY KEY CHECK (name ~ '^[a-z0-9_]+(\.[a-z0-9_]+)+$' AND length(name) <= 64),
    text       text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON event_types TO kt_api, kt_dispatcher, kt_recorder, kt_producer;

-- One row. A sequence would not do: its numbers become visible out of order, and a reader that has seen 11 would miss 10.
CREATE TABLE config_version (
    is_only    boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    version    bigint NOT NULL,
    changed_at timestamptz NOT NULL
);
INSERT INTO config_version (version, changed_at) VALUES (1, now());
GRANT SELECT ON config_version TO kt_api, kt_dispatcher, kt_recorder, kt_producer;

CREATE FUNCTION bump_config_version() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    bumped bigint;
BEGIN
    UPDATE config_version SET version = version + 1, changed_at = now() RETURNING version INTO bumped;
    PERFORM pg_notify('keeptrusts_config', bumped::text);
    RETURN bumped;
END
$$;
REVOKE ALL ON FUNCTION bump_config_version() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bump_config_version() TO kt_api;

-- Fires before the statement locks its rows: whoever changes configuration waits for config_version first, so that two writers
-- never wait for each other's rows.
CREATE FUNCTION config_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM bump_config_version();
    RETURN NULL;
END
$$;

CREATE TABLE webhooks (
    id               text PRIMARY KEY CHECK (id ~ '^wh_[0-9A-Za-z_-]{1,61}$'),
    org_id           text NOT NULL REFERENCES organizations (id),
    name             text NOT NULL DEFAULT '' CHECK (length(name) <= 100),
    url              text NOT NULL CHECK (octet_length(url) BETWEEN 1 AND 2048),
    events           text[] NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 50), -- event types and patterns
    state            text NOT NULL DEFAULT 'enabled' CHECK (state IN ('enabled', 'paused', 'disabled')),
    state_reason     text,
    state_changed_at timestamptz NOT NULL DEFAULT now(),
    headers          jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(headers) = 'object'), -- name → value
    timeout_ms       integer NOT NULL DEFAULT 15000 CHECK (timeout_ms BETWEEN 1000 AND 30000),
    retry_schedule   jsonb NOT NULL DEFAULT '"standard"' CHECK (jsonb_typeof(retry_schedule) IN ('string', 'array')), -- preset or seconds
    rate_per_second  integer CHECK (rate_per_second > 0),  -- NULL: no limit
    rate_concurrency integer CHECK (rate_concurrency > 0), -- NULL: the dispatcher's own
    ordering         text NOT NULL DEFAULT 'none' CHECK (ordering IN ('none', 'key')),
    format           text NOT NULL DEFAULT 'standard' CHECK (format IN ('standard')),
    version          bigint NOT NULL DEFAULT 1, -- ETag
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    deleted_at       timestamptz,
    UNIQUE (org_id, id)
);
CREATE INDEX webhooks_live ON webhooks (org_id, created_at, id) WHERE deleted_at IS NULL;
SELECT guard_rows('webhooks');
GRANT SELECT, INSERT, UPDATE ON webhooks TO kt_api;
GRANT SELECT ON webhooks TO kt_dispatcher;
CREATE POLICY all_orgs ON webhooks FOR SELECT TO kt_dispatcher USING (true);

CREATE TRIGGER webhooks_config BEFORE INSERT OR UPDATE OR DELETE ON webhooks
    FOR EACH STATEMENT EXECUTE FUNCTION config_changes();

-- Version and times follow from the change itself, whoever makes it.
CREATE FUNCTION webhook_touch() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := now();
    NEW.state_changed_at := CASE WHEN NEW.state = OLD.state THEN OLD.state_changed_at ELSE now() END;
    RETURN NEW;
END
$$;
CREATE TRIGGER webhooks_touch BEFORE UPDATE ON webhooks FOR EACH ROW EXECUTE FUNCTION webhook_touch();

-- Signing secrets, sealed with AES-256-GCM (common/domain/seal.h) and bound to "<org>/<webhook>/<secret id>".
CREATE TABLE webhook_secrets (
    id         text PRIMARY KEY CHECK (id ~ '^sec_[0-9A-Za-z_-]{1,60}$'),
    org_id     text NOT NULL,
    webhook_id text NOT NULL,
    sealed     bytea NOT NULL,
    key_id     text NOT NULL, -- of the sealing key: says when an old key is no longer used
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz, -- NULL: signs until it is rotated
    FOREIGN KEY (org_id, webhook_id) REFERENCES webhooks (org_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_secrets_by_webhook ON webhook_secrets (webhook_id, created_at);
SELECT guard_rows('webhook_secrets');
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_secrets TO kt_api;
GRANT SELECT ON webhook_secrets TO kt_dispatcher;
CREATE POLICY all_orgs ON webhook_secrets FOR SELECT TO kt_dispatcher USING (true);

CREATE TRIGGER webhook_secrets_config BEFORE INSERT OR UPDATE OR DELETE ON webhook_secrets
    FOR EACH STATEMENT EXECUTE FUNCTION config_changes();

-- Disables a webhook of the current organization, unless it changed its state after what was observed.
CREATE FUNCTION disable_observed(webhook text, reason text, observed_at timestamptz) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM webhooks WHERE id = webhook AND state <> 'disabled' AND deleted_at IS NULL) THEN
        RETURN false; -- without touching config_version
    END IF;
    UPDATE webhooks SET state = 'disabled', state_reason = reason
    WHERE id = webhook AND state <> 'disabled' AND deleted_at IS NULL
      AND state_changed_at <= observed_at + interval '1 minute';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO audit_log (org_id, actor, action, target, details)
    VALUES (current_org(), 'kt-recorder', 'webhook.disabled', webhook, jsonb_build_object('reason', reason));
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION disable_observed(text, text, timestamptz) FROM PUBLIC;

-- What the recorder calls when an endpoint answered 410. An answer from before the webhook's last change of state says nothing
-- about it any more (the history may lag, and a person may have enabled it again); a minute allows for clocks that differ.
-- True: it was this call that disabled it.
CREATE FUNCTION disable_webhook(of_org text, webhook text, reason text, observed_at timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    org_before text := coalesce(current_setting('app.org', true), '');
    is_disabled boolean;
BEGIN
    PERFORM set_config('app.org', of_org, true); -- the owner is behind the guard like everyone else
    is_disabled := disable_observed(webhook, reason, observed_at);
    PERFORM set_config('app.org', org_before, true);
    RETURN is_disabled;
END
$$;
REVOKE ALL ON FUNCTION disable_webhook(text, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION disable_webhook(text, text, text, timestamptz) TO kt_recorder;
