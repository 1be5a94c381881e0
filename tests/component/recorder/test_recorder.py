"""kt-recorder between a Kafka of librdkafka's and a real PostgreSQL."""

import json
import time

import pytest

from conftest import EVENT_TOPIC, Recorder, wait_for

NOW_MS = int(time.time() * 1000)
DAY_MS = 86400000


def attempt(serial, **fields):
    return json.dumps({
        "delivery_id": f"dlv_{serial:026}", "webhook_id": "wh_1", "org_id": "org_a", "event_id": f"evt_{serial}",
        "event_type": "event.created", "origin_topic": EVENT_TOPIC, "origin_partition": 0, "origin_offset": serial,
        "accepted_ms": NOW_MS, "number": 1, "trigger": "event", "outcome": "delivered", "code": 200, "started_ms": NOW_MS + 5,
        "total_ms": 12, "request_head": "UE9TVA==", **fields})


def send_attempts(kafka, serials, **fields):
    for serial in serials:
        kafka.send("kt.attempts", attempt(serial, **fields), partition=serial % 4)
    kafka.flush()


def event(number):
    return json.dumps({"id": f"evt_{number}", "type": "event.created", "created_at": "2026-11-24T10:00:00Z", "org_id": "org_a",
                       "data": {"id": f"evt_{number}"}})


def count(database, table="attempts"):
    return database.rows(f"SELECT count(*) FROM {table}")[0][0]


def test_attempts_and_events_become_rows(kafka, database, recorder):
    send_attempts(kafka, range(100))
    for number in range(50):
        kafka.send(EVENT_TOPIC, event(number), headers={"kt-id": f"evt_{number}", "kt-org": "org_a"})
    kafka.flush()
    recorder.start()
    wait_for(lambda: count(database) == 100 and count(database, "events") == 50)
    row = database.rows("SELECT delivery_id, outcome, code, total_ms, request_head, fault, error, next_attempt_at, origin_offset"
                        " FROM attempts WHERE event_id = 'evt_7'")[0]
    assert row == (f"dlv_{7:026}", "delivered", 200, 12, b"POST", None, None, None, 7)
    assert database.rows("SELECT id, org_id, type, size_bytes FROM events WHERE id = 'evt_7'") == [
        ("evt_7", "org_a", "event.created", len(event(7)))]
    assert recorder.metric('kt_recorder_rows_total{table="attempts"}') == 100
    assert recorder.metric('kt_recorder_rows_total{table="events"}') == 50
    assert recorder.metric("kt_recorder_waiting_rows") == 0
    send_attempts(kafka, range(100, 200))
    wait_for(lambda: count(database) == 200)
    assert recorder.stop() == 0
    offsets = database.rows("SELECT sum(next_offset) FROM kafka_offsets WHERE topic = 'kt.attempts'")[0][0]
    assert offsets == 200
    days = database.rows("SELECT count(*) FROM pg_inherits WHERE inhparent = 'attempts'::regclass")[0][0]
    assert days == 9, "yesterday to a week ahead"


def test_killed_often_it_writes_every_row_once(kafka, database, recorder):
    total = 0
    for _ in range(3):
        recorder.start(KT_RECORDER_BATCH_ROWS="50", KT_RECORDER_BATCH_WAIT="20ms")
        send_attempts(kafka, range(total, total + 1000))
        before, total = count(database), total + 1000
        wait_for(lambda: count(database) > before)
        recorder.kill()
    recorder.start()
    wait_for(lambda: count(database) == total, timeout=60)
    assert database.rows("SELECT count(DISTINCT delivery_id) FROM attempts") == [(total,)]
    assert recorder.stop() == 0


def test_postgresql_away_loses_nothing(cluster, kafka, database, recorder):
    recorder.start()
    send_attempts(kafka, range(100))
    wait_for(lambda: count(database) == 100)
    cluster.stop()
    send_attempts(kafka, range(100, 3000))
    wait_for(lambda: "history_stopped" in recorder.log())
    assert recorder.metric("kt_recorder_database_up") == 0
    cluster.start()
    wait_for(lambda: count(database) == 3000)
    wait_for(lambda: "history_resumed" in recorder.log())
    assert recorder.log().count("history_stopped") == 1, "one line an outage"
    assert recorder.stop() == 0


def test_it_ends_while_postgresql_is_away_and_goes_on_afterwards(cluster, kafka, database, recorder):
    recorder.start()
    send_attempts(kafka, range(10))
    wait_for(lambda: count(database) == 10)
    cluster.stop()
    send_attempts(kafka, range(10, 500))
    wait_for(lambda: "history_stopped" in recorder.log())
    assert recorder.stop() == 0
    cluster.start()
    recorder.start()
    wait_for(lambda: count(database) == 500)


def reasons(messages):
    return sorted((dict(message.headers())["kt-reason"].decode(), message.value()) for message in messages)


def test_poison_goes_to_the_dead_and_everything_else_goes_on(kafka, database, recorder):
    old = attempt(7, accepted_ms=NOW_MS - 100 * DAY_MS)
    future = attempt(8, accepted_ms=NOW_MS + 3 * DAY_MS)
    refused = [attempt(serial, code=599) for serial in (11, 12, 13)]
    database.rows("ALTER TABLE attempts ADD CHECK (code <> 599)")
    for number in range(200):
        kafka.send("kt.attempts", attempt(1000 + number), partition=0)
        if number == 50:
            kafka.send("kt.attempts", b"\xff\xfenot json", partition=0)
            kafka.send("kt.attempts", "{}", partition=0)
            kafka.send("kt.attempts", old, partition=0)
        if number % 60 == 59:
            kafka.send("kt.attempts", refused[number // 60], partition=0)
    kafka.send("kt.attempts", future, partition=0)
    kafka.send(EVENT_TOPIC, b"not json either")
    kafka.send(EVENT_TOPIC, event(1))
    kafka.flush()
    recorder.start()
    wait_for(lambda: count(database) == 200 and count(database, "events") == 1)
    dead = kafka.read_all("kt.dead", 7)
    assert reasons(dead) == sorted(
        [("history_unreadable", b"\xff\xfenot json"), ("history_unreadable", b"{}"),
         ("history_outside_retention", old.encode()), ("history_outside_retention", future.encode())]
        + [("history_refused", value.encode()) for value in refused])
    origins = {dict(message.headers())["kt-origin"].decode() for message in dead}
    assert len(origins) == 7 and all("kt.attempts" in origin for origin in origins)
    assert recorder.metric('kt_recorder_poison_total{reason="refused"}') == 3
    assert recorder.metric('kt_recorder_poison_total{reason="unreadable"}') == 2
    assert recorder.metric("kt_recorder_skipped_events_total") == 1, "kt-dispatcher sends this one to kt.dead"
    wait_for(lambda: database.rows("SELECT next_offset FROM kafka_offsets WHERE topic = 'kt.attempts' AND topic_partition = 0")
             == [(207,)])
    assert recorder.stop() == 0


def test_a_record_that_is_there_already_changes_nothing(kafka, database, recorder):
    send_attempts(kafka, range(100))
    send_attempts(kafka, range(100))
    send_attempts(kafka, range(50), outcome="exhausted", error="timeout", number=2)
    recorder.start()
    wait_for(lambda: database.rows("SELECT sum(next_offset) FROM kafka_offsets WHERE topic = 'kt.attempts'") == [(250,)])
    assert database.rows("SELECT outcome, count(*) FROM attempts GROUP BY 1") == [("delivered", 100)]
    assert recorder.metric('kt_recorder_known_rows_total{table="attempts"}') == 150


def test_a_lost_offset_is_read_again_from_where_it_stands(kafka, database, recorder):
    recorder.start()
    send_attempts(kafka, range(400))
    wait_for(lambda: count(database) == 400)
    # What another recorder would have done: gone on without us, or not come as far.
    database.rows("UPDATE kafka_offsets SET next_offset = 40 WHERE topic = 'kt.attempts' AND topic_partition = 1")
    database.rows("DELETE FROM attempts WHERE origin_offset % 4 = 1 AND origin_offset / 4 >= 40")
    assert count(database) == 340
    send_attempts(kafka, range(400, 500))
    wait_for(lambda: count(database) == 500)
    assert recorder.metric("kt_recorder_offsets_lost_total") == 1
    assert database.rows("SELECT topic_partition, next_offset FROM kafka_offsets WHERE topic = 'kt.attempts' ORDER BY 1") == [
        (partition, 125) for partition in range(4)]


def test_410_disables_the_webhook(kafka, database, recorder):
    database.rows("INSERT INTO organizations (id) VALUES ('org_a')")
    database.rows("INSERT INTO webhooks (id, org_id, url, events, state_changed_at)"
                  " SELECT 'wh_' || n, 'org_a', 'https://example.com/', '{*}', now() - interval '1 hour' FROM generate_series(1, 2) n")
    send_attempts(kafka, range(5), outcome="exhausted", error="http_status", code=410, disables_webhook=True)
    recorder.start()
    wait_for(lambda: count(database) == 5)
    assert database.rows("SELECT id, state FROM webhooks ORDER BY 1") == [("wh_1", "disabled"), ("wh_2", "enabled")]
    assert recorder.metric("kt_recorder_webhooks_disabled_total") == 1
    assert database.rows("SELECT target FROM audit_log") == [("wh_1",)]


def test_old_days_are_dropped(kafka, database, recorder):
    database.rows("SELECT ensure_partitions(current_date - 50, current_date - 50)", role="kt_recorder")
    recorder.start(KT_RECORDER_RETENTION_DAYS="30")
    wait_for(lambda: database.rows("SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass") == [(9,)])
    assert database.rows("SELECT to_regclass('attempts_' || to_char(current_date - 50, 'YYYYMMDD'))") == [(None,)]
