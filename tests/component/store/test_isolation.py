"""No organization sees another's rows, whoever asks and however."""

import psycopg
import pytest

from schema import DAY, add_attempt, add_organization, add_webhook


@pytest.fixture(scope="module")
def two_organizations(cluster):
    database = cluster.database()
    database.rows("SELECT ensure_partitions(%s, %s)", [DAY, DAY], role="kt_recorder")
    for org_id, webhook_id in [("org_a", "wh_a"), ("org_b", "wh_b")]:
        add_organization(database, org_id)
        add_webhook(database, webhook_id, org_id)
        database.rows("INSERT INTO webhook_secrets (id, org_id, webhook_id, sealed, key_id) VALUES (%s, %s, %s, %s, 'k')",
                      [f"sec_{org_id}", org_id, webhook_id, b"sealed"])
        database.rows("INSERT INTO api_tokens (id, org_id, hash, scopes) VALUES (%s, %s, sha256(%s::bytea), '{admin}')",
                      [f"tok_{org_id[-1]}", org_id, org_id])
        database.rows("INSERT INTO audit_log (org_id, actor, action, target) VALUES (%s, 'a', 'b', 'c')", [org_id])
        database.rows("INSERT INTO idempotency_keys (org_id, key, request_hash) VALUES (%s, 'k', sha256('x'))", [org_id])
        database.rows("INSERT INTO jobs (id, org_id, webhook_id, kind, request) VALUES (%s, %s, %s, 'replay', '{}')",
                      [f"job_{org_id}", org_id, webhook_id])
        database.rows("INSERT INTO events (accepted_at, origin_offset, origin_partition, size_bytes, origin_topic, id, org_id,"
                      " type) VALUES (%s, 1, 1, 1, %s, 'evt_1', %s, 'a.b')", [DAY, f"t.{org_id}", org_id])
        with database.connect("kt_recorder") as recorder:
            assert add_attempt(recorder, org_id=org_id, webhook_id=webhook_id, delivery_id=f"dlv_{org_id}") == 1
    return database


GUARDED = {"webhooks": "org_id", "webhook_secrets": "org_id", "api_tokens": "org_id", "audit_log": "org_id",
           "idempotency_keys": "org_id", "jobs": "org_id", "events": "org_id", "attempts": "org_id", "organizations": "id"}


def organizations_seen(connection, table, org_id):
    with connection.transaction():
        connection.execute("SELECT set_config('app.org', %s, true)", [org_id])
        return {row[0] for row in connection.execute(f"SELECT {GUARDED[table]} FROM {table}")}


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("role", ["kt_api", "owner"])
def test_a_transaction_sees_its_own_organization_only(two_organizations, role, table):
    with two_organizations.connect(role) as connection:
        assert organizations_seen(connection, table, "org_a") == {"org_a"}
        assert organizations_seen(connection, table, "org_b") == {"org_b"}
        assert organizations_seen(connection, table, "org_c") == set()
        assert organizations_seen(connection, table, "") == set()


@pytest.mark.parametrize("table", GUARDED)
def test_without_an_organization_there_are_no_rows(two_organizations, table):
    with two_organizations.connect("kt_api") as connection:
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
        organizations_seen(connection, table, "org_a")
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0, "the setting outlived its transaction"


def test_rows_of_another_organization_are_neither_changed_nor_made(two_organizations):
    with two_organizations.connect("kt_api") as connection, connection.transaction():
        connection.execute("SELECT set_config('app.org', 'org_a', true)")
        assert connection.execute("UPDATE webhooks SET name = 'x' WHERE id = 'wh_b'").rowcount == 0
        assert connection.execute("DELETE FROM webhook_secrets WHERE webhook_id = 'wh_b'").rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("INSERT INTO audit_log (org_id, actor, action, target) VALUES ('org_b', 'a', 'b', 'c')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("UPDATE webhooks SET org_id = 'org_b' WHERE id = 'wh_a'")


@pytest.mark.parametrize("parent", ["attempts", "events"])
def test_a_partition_read_directly_is_closed(two_organizations, parent):
    partition = f"{parent}_{DAY:%Y%m%d}"
    with two_organizations.connect("kt_api") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SELECT * FROM {partition}")
    # And were the grant ever given, the guard would hold there too.
    two_organizations.rows(f"GRANT SELECT ON {partition} TO kt_api")
    with two_organizations.connect("kt_api") as connection:
        assert connection.execute(f"SELECT count(*) FROM {partition}").fetchone()[0] == 0
        with connection.transaction():
            connection.execute("SELECT set_config('app.org', 'org_a', true)")
            assert {row[0] for row in connection.execute(f"SELECT org_id FROM {partition}")} == {"org_a"}


def test_every_table_with_an_organization_is_guarded(two_organizations):
    unguarded = two_organizations.rows(
        "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
        " WHERE attname = 'org_id' AND relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        " AND NOT (relrowsecurity AND relforcerowsecurity)")
    assert unguarded == []


def test_our_roles_pass_no_guard_and_own_nothing(two_organizations):
    roles = two_organizations.rows("SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
                                   " WHERE rolname LIKE 'kt\\_%' ORDER BY 1")
    assert [role[0] for role in roles] == ["kt_api", "kt_dispatcher", "kt_producer", "kt_recorder"]
    assert not any(any(role[1:]) for role in roles)
    assert two_organizations.rows("SELECT relname FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner"
                                  " WHERE rolname LIKE 'kt\\_%'") == []
    assert two_organizations.rows("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
                                  " AND (proconfig IS NULL OR NOT proconfig::text LIKE '%search_path%')") == []


def test_nobody_may_truncate(two_organizations):
    assert two_organizations.rows(
        "SELECT grantee, table_name FROM information_schema.role_table_grants"
        " WHERE grantee LIKE 'kt\\_%' AND privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')") == []


@pytest.mark.parametrize("role, table", [
    ("kt_dispatcher", "api_tokens"), ("kt_dispatcher", "attempts"), ("kt_dispatcher", "audit_log"), ("kt_recorder", "webhooks"),
    ("kt_recorder", "webhook_secrets"), ("kt_recorder", "attempts"), ("kt_recorder", "api_tokens"), ("kt_producer", "webhooks"),
    ("kt_producer", "webhook_secrets"), ("kt_producer", "attempts"), ("kt_api", "kafka_offsets"),
])
def test_a_role_cannot_read_what_it_does_not_need(two_organizations, role, table):
    with two_organizations.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SELECT * FROM {table}")


def test_a_dispatcher_reads_webhooks_of_all_organizations_and_changes_none(two_organizations):
    with two_organizations.connect("kt_dispatcher") as connection:
        assert {row[0] for row in connection.execute("SELECT id FROM webhooks")} == {"wh_a", "wh_b"}
        assert connection.execute("SELECT count(*) FROM webhook_secrets").fetchone()[0] == 2
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE webhooks SET state = 'disabled'")


def test_the_api_finds_the_one_token_whose_hash_it_knows(two_organizations):
    with two_organizations.connect("kt_api") as connection:
        found = connection.execute("SELECT id, org_id, scopes FROM find_token(sha256('org_b'))").fetchall()
        assert found == [("tok_b", "org_b", ["admin"])]
        assert connection.execute("SELECT * FROM find_token(sha256('nobody'))").fetchall() == []
        assert connection.execute("SELECT * FROM api_tokens").fetchall() == []
    two_organizations.rows("UPDATE api_tokens SET revoked_at = now() WHERE id = 'tok_b'")
    two_organizations.rows("UPDATE api_tokens SET expires_at = now() WHERE id = 'tok_a'")
    with two_organizations.connect("kt_api") as connection:
        assert connection.execute("SELECT * FROM find_token(sha256('org_b'))").fetchall() == []
        assert connection.execute("SELECT * FROM find_token(sha256('org_a'))").fetchall() == []


def test_a_secret_cannot_belong_to_another_organizations_webhook(two_organizations):
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        two_organizations.rows("INSERT INTO webhook_secrets (id, org_id, webhook_id, sealed, key_id)"
                               " VALUES ('sec_x', 'org_a', 'wh_b', '', 'k')")
