"""A row of the history is there exactly once, whoever crashed where."""

import datetime
import threading

import psycopg
import pytest

from schema import DAY, NOON, add_attempt

SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def history(database):
    database.rows("SELECT ensure_partitions(%s, %s)", [DAY, DAY + datetime.timedelta(days=1)], role="kt_recorder")
    return database


@pytest.fixture
def recorder(history):
    with history.connect("kt_recorder") as connection:
        yield connection


def outcomes(history):
    return [row[0] for row in history.rows("SELECT outcome FROM attempts ORDER BY started_at, number")]


def test_a_record_made_twice_is_one_row(history, recorder):
    assert add_attempt(recorder) == 1
    assert add_attempt(recorder) == 0
    assert add_attempt(recorder, started_at=NOON + 5 * SECOND) == 0, "the same number, made again after a crash"
    assert outcomes(history) == ["retrying"]


def test_a_series_has_one_terminal_outcome(history, recorder):
    assert add_attempt(recorder, outcome="delivered", error=None, fault=None) == 1
    assert add_attempt(recorder, outcome="delivered", error=None, fault=None) == 0
    assert add_attempt(recorder, outcome="exhausted", number=2, started_at=NOON + 9 * SECOND) == 0
    assert add_attempt(recorder, outcome="cancelled", number=3, started_at=NOON + 9 * SECOND) == 0
    assert outcomes(history) == ["delivered"]


def test_each_redelivery_has_a_terminal_outcome_of_its_own(history, recorder):
    assert add_attempt(recorder, outcome="exhausted") == 1
    assert add_attempt(recorder, outcome="delivered", series=1, trigger="manual") == 1
    assert add_attempt(recorder, outcome="delivered", series=1, trigger="manual", number=2) == 0
    assert add_attempt(recorder, outcome="rejected", series=2, trigger="replay") == 1


def test_an_aborted_attempt_does_not_stand_in_the_way_of_the_real_one(history, recorder):
    assert add_attempt(recorder, outcome="aborted", fault="platform", error=None) == 1
    assert add_attempt(recorder, outcome="aborted", fault="platform", error=None) == 0, "the same record again"
    assert add_attempt(recorder, outcome="aborted", fault="platform", error=None, started_at=NOON + 2 * SECOND) == 1
    assert add_attempt(recorder, outcome="retrying", started_at=NOON + 3 * SECOND) == 1
    assert add_attempt(recorder, outcome="delivered", number=2, started_at=NOON + 4 * SECOND) == 1
    assert outcomes(history) == ["aborted", "aborted", "retrying", "delivered"]


def test_an_attempt_held_back_by_our_own_limits_does_not_either(history, recorder):
    assert add_attempt(recorder, fault="platform", error="breaker_open") == 1
    assert add_attempt(recorder, fault="platform", error="breaker_open", started_at=NOON + 2 * SECOND) == 1
    assert add_attempt(recorder, started_at=NOON + 3 * SECOND) == 1
    assert len(outcomes(history)) == 3


def test_an_aborted_attempt_at_the_epoch_is_no_terminal_outcome(history, recorder):
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    assert add_attempt(recorder, outcome="aborted", started_at=epoch) == 1
    assert add_attempt(recorder, outcome="delivered") == 1


def test_a_terminal_outcome_is_kept_when_its_number_failed_before(history, recorder):
    """A crash between the records of an attempt and of its retry: the attempt is made again, and nobody else will end the delivery."""
    assert add_attempt(recorder, outcome="retrying") == 1
    assert add_attempt(recorder, outcome="delivered", started_at=NOON + 9 * SECOND) == 1
    assert outcomes(history) == ["retrying", "delivered"]


def test_an_event_record_is_one_row_and_an_event_id_may_come_twice(history, recorder):
    statement = ("INSERT INTO events (accepted_at, origin_offset, origin_partition, size_bytes, origin_topic, id, org_id, type)"
                 " VALUES (%s, %s, 0, 10, 'kt.events.a.b', 'evt_1', 'org_a', 'a.b') ON CONFLICT DO NOTHING")
    assert recorder.execute(statement, [NOON, 1]).rowcount == 1
    assert recorder.execute(statement, [NOON, 1]).rowcount == 0
    assert recorder.execute(statement, [NOON, 2]).rowcount == 1


def test_outcomes_are_those_of_the_programs(history):
    import pathlib
    import re
    table = (pathlib.Path(__file__).parents[3] / "common" / "domain" / "outcomes.def").read_text()
    names = re.findall(r'^OUTCOME\(\w+, "(\w+)", (true|false)', table, re.MULTILINE)
    history.rows("SELECT ensure_partitions(%s, %s)", [DAY, DAY], role="kt_recorder")
    with history.connect("kt_recorder") as connection:
        for number, (name, _) in enumerate(names, 1):
            assert add_attempt(connection, outcome=name, delivery_id=f"dlv_{name}", number=number) == 1
    terminal = {row[0] for row in history.rows("SELECT outcome FROM attempts WHERE slot = 0")}
    assert terminal == {name for name, is_terminal in names if is_terminal == "true"}


def test_a_day_without_a_partition_takes_no_rows(recorder):
    with pytest.raises(psycopg.errors.CheckViolation):
        add_attempt(recorder, accepted_at=NOON + datetime.timedelta(days=30))


def test_days_are_days_in_utc(history, recorder):
    midnight = datetime.datetime.combine(DAY + datetime.timedelta(days=1), datetime.time(), datetime.timezone.utc)
    recorder.execute("SET timezone = 'Pacific/Auckland'")
    add_attempt(recorder, accepted_at=midnight - datetime.timedelta(milliseconds=1), delivery_id="dlv_before")
    add_attempt(recorder, accepted_at=midnight, delivery_id="dlv_after")
    found = history.rows("SELECT delivery_id, tableoid::regclass::text FROM attempts ORDER BY accepted_at")
    assert found == [("dlv_before", "attempts_20261124"), ("dlv_after", "attempts_20261125")]


def test_partitions_are_made_once_by_many_at_a_time(database):
    made = []

    def make():
        made.append(database.rows("SELECT ensure_partitions('2026-12-01', '2026-12-10')", role="kt_recorder")[0][0])

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8 and sorted(made)[-1] == 20 and sum(made) == 20
    assert database.rows("SELECT count(*) FROM pg_inherits WHERE inhparent IN ('attempts'::regclass, 'events'::regclass)")[0][0] == 20


def test_making_a_partition_waits_for_no_reader_and_no_writer(history, recorder):
    with history.connect("kt_api") as reader, reader.transaction(), recorder.transaction():
        reader.execute("SELECT count(*) FROM attempts")
        add_attempt(recorder)
        with history.connect("kt_recorder", options="-c lock_timeout=500ms") as another:
            another.execute("SELECT ensure_partitions('2026-12-01', '2026-12-01')")


@pytest.mark.parametrize("from_day, to_day", [("2026-12-02", "2026-12-01"), ("2026-12-01", "2028-12-01"), (None, "2026-12-01")])
def test_a_senseless_range_of_days_is_refused(database, from_day, to_day):
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        database.rows("SELECT ensure_partitions(%s, %s)", [from_day, to_day], role="kt_recorder")


def test_retention_drops_whole_days(history, recorder):
    add_attempt(recorder)
    add_attempt(recorder, accepted_at=NOON + datetime.timedelta(days=1), delivery_id="dlv_2")
    assert history.rows("SELECT drop_partitions(%s)", [DAY], role="kt_recorder") == [(0,)]
    assert history.rows("SELECT drop_partitions(%s)", [DAY + datetime.timedelta(days=1)], role="kt_recorder") == [(2,)]
    assert history.rows("SELECT delivery_id FROM attempts") == [("dlv_2",)]


def test_retention_gives_way_to_a_reader(history):
    with history.connect("kt_api") as reader, reader.transaction():
        reader.execute("SELECT count(*) FROM attempts")
        assert history.rows("SELECT drop_partitions('2027-01-01')", role="kt_recorder")[0][0] < 4
    assert history.rows("SELECT drop_partitions('2027-01-01')", role="kt_recorder")[0][0] > 0
