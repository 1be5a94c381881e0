-- The roles that the programs connect as, and the guard that keeps organizations apart.
--
-- The owner of the schema is whoever runs the migrations; no program connects as the owner. Roles are shared by all databases of
-- a server, so they are made only where missing, and get no password here: that is the operator's business.

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['kt_api', 'kt_dispatcher', 'kt_recorder', 'kt_producer'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN', role_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- the migration of another database on this server was faster
            END;
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = role_name AND (rolsuper OR rolbypassrls)) THEN
            RAISE EXCEPTION 'role % passes row-level security', role_name
                USING HINT = format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS', role_name);
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role_name);
    END LOOP;
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO kt_recorder', current_database()); -- batches pass through temporary tables
END
$$;

GRANT USAGE ON SCHEMA public TO kt_api, kt_dispatcher, kt_recorder, kt_producer;
GRANT SELECT ON schema_migrations TO kt_api, kt_dispatcher, kt_recorder, kt_producer;

-- The organization that this transaction works for: SELECT set_config('app.org', $1, true). Unset or empty: none, and no rows.
CREATE FUNCTION current_org() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.org', true), '');

-- Puts a table behind row-level security: rows of the current organization only, for everyone, the owner included. Roles that
-- need all organizations get a policy of their own beside it.
CREATE FUNCTION guard_rows(guarded regclass, org_column name DEFAULT 'org_id') RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY own_org ON %s USING (%I = current_org()) WITH CHECK (%I = current_org())',
                   guarded, org_column, org_column);
END
$$;
REVOKE ALL ON FUNCTION guard_rows(regclass, name) FROM PUBLIC;
