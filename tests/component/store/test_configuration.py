"""Every change of configuration is seen by those who wait for one."""

import datetime
import threading

import pytest

from schema import add_organization, add_webhook


@pytest.fixture
def configured(database):
    add_organization(database)
    add_webhook(database)
    return database


def version(database):
    return database.rows("SELECT version FROM config_version")[0][0]


@pytest.mark.parametrize("statement", [
    "UPDATE webhooks SET name = 'new'",
    "UPDATE webhooks SET deleted_at = now()",
    "INSERT INTO webhook_secrets (id, org_id, webhook_id, sealed, key_id) VALUES ('sec_1', 'org_a', 'wh_1', '', 'k')",
    "INSERT INTO webhooks (id, org_id, url, events) VALUES ('wh_2', 'org_a', 'https://example.com', '{*}')",
])
def test_a_change_moves_the_version_and_tells_it(configured, statement):
    before = version(configured)
    with configured.connect("kt_dispatcher") as listener:
        listener.execute("LISTEN keeptrusts_config")
        with configured.connect("kt_api") as api, api.transaction():
            api.execute("SELECT set_config('app.org', 'org_a', true)")
            api.execute(statement)
        notification = next(listener.notifies(timeout=5))
    assert version(configured) == before + 1
    assert notification.payload == str(before + 1)


def test_a_change_that_is_rolled_back_tells_nothing(configured):
    before = version(configured)
    with configured.connect("kt_api") as api:
        try:
            with api.transaction():
                api.execute("SELECT set_config('app.org', 'org_a', true)")
                api.execute("UPDATE webhooks SET name = 'new'")
                raise KeyError
        except KeyError:
            pass
    assert version(configured) == before


def test_version_and_times_of_a_webhook_follow_from_its_change(configured):
    first = configured.rows("SELECT version, updated_at, state_changed_at FROM webhooks")[0]
    configured.rows("UPDATE webhooks SET name = 'new', version = 99")
    second = configured.rows("SELECT version, updated_at, state_changed_at FROM webhooks")[0]
    configured.rows("UPDATE webhooks SET state = 'paused'")
    third = configured.rows("SELECT version, updated_at, state_changed_at FROM webhooks")[0]
    assert [first[0], second[0], third[0]] == [1, 2, 3]
    assert first[1] < second[1] < third[1]
    assert first[2] == second[2] < third[2]


def test_two_writers_queue_and_do_not_deadlock(configured):
    add_webhook(configured, "wh_2")
    failures = []

    def change(order):
        try:
            with configured.connect("kt_api") as api:
                for _ in range(20):
                    with api.transaction():
                        api.execute("SELECT set_config('app.org', 'org_a', true)")
                        for webhook_id in order:
                            api.execute("UPDATE webhooks SET name = name || 'x' WHERE id = %s", [webhook_id])
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=change, args=[order]) for order in (["wh_1", "wh_2"], ["wh_2", "wh_1"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert configured.rows("SELECT DISTINCT length(name) FROM webhooks") == [(40,)]


# ---- disable_webhook()


def disable(database, observed_at=None, org_id="org_a", webhook_id="wh_1"):
    observed_at = observed_at or datetime.datetime.now(datetime.timezone.utc)
    return database.rows("SELECT disable_webhook(%s, %s, 'the endpoint answered 410 Gone', %s)", [org_id, webhook_id, observed_at],
                         role="kt_recorder")[0][0]


def test_the_recorder_disables_a_webhook_whose_endpoint_is_gone(configured):
    before = version(configured)
    with configured.connect("kt_dispatcher") as listener:
        listener.execute("LISTEN keeptrusts_config")
        assert disable(configured) is True
        assert next(listener.notifies(timeout=5)).payload == str(before + 1)
    assert configured.rows("SELECT state, state_reason, version FROM webhooks") == [
        ("disabled", "the endpoint answered 410 Gone", 2)]
    assert configured.rows("SELECT org_id, actor, action, target, details FROM audit_log") == [
        ("org_a", "kt-recorder", "webhook.disabled", "wh_1", {"reason": "the endpoint answered 410 Gone"})]


def test_disabling_twice_is_disabling_once(configured):
    assert disable(configured) is True
    moved = version(configured)
    assert disable(configured) is False
    assert version(configured) == moved
    assert len(configured.rows("SELECT * FROM audit_log")) == 1


def test_an_old_answer_does_not_disable_what_a_person_enabled_since(configured):
    an_hour_ago = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    assert disable(configured, an_hour_ago) is False
    assert configured.rows("SELECT state FROM webhooks") == [("enabled",)]


def test_nothing_is_disabled_in_another_organization(configured):
    assert disable(configured, org_id="org_b") is False
    assert disable(configured, webhook_id="wh_none") is False
    assert configured.rows("SELECT state FROM webhooks") == [("enabled",)]


def test_disabling_leaves_the_callers_organization_as_it_was(configured):
    with configured.connect("kt_recorder") as recorder, recorder.transaction():
        recorder.execute("SELECT set_config('app.org', 'org_x', true)")
        recorder.execute("SELECT disable_webhook('org_a', 'wh_1', 'gone', now())")
        assert recorder.execute("SELECT current_setting('app.org')").fetchone() == ("org_x",)


def test_a_paused_webhook_is_disabled_too_and_a_deleted_one_is_not(configured):
    configured.rows("UPDATE webhooks SET state = 'paused'")
    assert disable(configured) is True
    add_webhook(configured, "wh_2", deleted_at=datetime.datetime.now(datetime.timezone.utc))
    assert disable(configured, webhook_id="wh_2") is False
