"""Nothing is lost and nothing invented, whoever is killed and whatever goes away."""

import collections
import json
import pathlib
import signal
import time

import pytest
from support import events
from support.receiver import Answer

TERMINAL = """SELECT event_id, count(*) FROM attempts
              WHERE webhook_id = %s AND outcome IN ('delivered', 'exhausted', 'rejected', 'cancelled')
              GROUP BY event_id"""
COUNT = """SELECT count(*) FROM attempts
           WHERE webhook_id = %s AND outcome IN ('delivered', 'exhausted', 'rejected', 'cancelled')"""


def fails_first(share):
    """Every share-th event fails on its first attempt."""
    def answer(request):
        number = json.loads(request.body)["data"]["n"]
        first = request.headers["x-keeptrusts-attempt"] == "1"
        return Answer(500) if first and number % share == 0 else Answer()
    return answer


def check_complete(stack, receiver, path, hook, sent, timeout=90):
    """Everything sent was seen at least once and has exactly one terminal outcome; nothing else is there."""
    stack.wait_for(COUNT, hook["id"], until=lambda rows: rows[0][0] >= len(sent), timeout=timeout)
    time.sleep(1.0)
    seen = collections.Counter(request.headers["webhook-id"] for request in receiver.at(path))
    terminal = dict(stack.query(TERMINAL, hook["id"]))
    assert set(seen) == sent
    assert set(terminal) == sent
    assert set(terminal.values()) == {1}
    doubled = stack.query("""SELECT delivery_id, series, number FROM attempts WHERE webhook_id = %s AND outcome = 'retrying'
                             GROUP BY 1, 2, 3 HAVING count(*) > 1""", hook["id"])
    assert doubled == []
    return sum(seen.values()) - len(sent)


def publish_many(stack, count):
    batch = [events.envelope("event.created") for _ in range(count)]
    stack.publish(*batch)
    return {event["id"] for event in batch}


def test_killing_dispatcher_retrier_and_recorder_three_times_each_loses_nothing(stack, receiver, path, webhook):
    receiver.on(path, fails_first(20))
    hook = webhook(events=["event.created"], retry_schedule=[1, 1, 1, 1, 5, 5])
    sent = set()
    for _ in range(3):
        for program in ("dispatcher", "retrier", "recorder"):
            sent |= publish_many(stack, 2222)
            stack.run("kill", program)
            stack.run("start", program)
    sent |= publish_many(stack, 20_000 - len(sent))
    twice = check_complete(stack, receiver, path, hook, sent)
    print(f"{len(sent)} events, {twice} requests more than events and planned retries")


def test_the_recorder_killed_twenty_times_writes_no_row_twice_and_misses_none(stack, receiver, path, webhook):
    hook = webhook(events=["event.created"])
    sent = set()
    for _ in range(20):
        sent |= publish_many(stack, 200)
        stack.run("kill", "recorder")
        stack.run("start", "recorder")
    check_complete(stack, receiver, path, hook, sent)


def test_postgres_away_stops_no_delivery_and_the_history_catches_up(stack, receiver, path, webhook):
    hook = webhook(events=["event.created"])
    time.sleep(0.7)
    stack.run("stop", "postgres")
    try:
        started = time.monotonic()
        sent = publish_many(stack, 2000)
        receiver.wait(path, 2000, timeout=20)
        time.sleep(max(0.0, 20 - (time.monotonic() - started)))
    finally:
        stack.run("start", "postgres")
    check_complete(stack, receiver, path, hook, sent)


def test_the_broker_away_loses_nothing(stack, receiver, path, webhook):
    receiver.on(path, lambda request: Answer(delay=0.01))
    hook = webhook(events=["event.created"])
    sent = publish_many(stack, 3000)
    stack.run("kill", "kafka")
    time.sleep(5)
    refused = stack.request("POST", stack.events_url + "/v1/events", events.envelope("event.created"))
    assert refused.status == 503 and int(refused.headers["Retry-After"]) > 0, refused.body
    time.sleep(15)
    stack.run("start", "kafka")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = stack.request("POST", stack.events_url + "/v1/events", {**events.envelope("event.created"), "id": path[1:]})
        if answer.status == 202:
            break
        time.sleep(0.5)
    sent.add(path[1:])
    check_complete(stack, receiver, path, hook, sent)


@pytest.mark.parametrize("program", ["dispatcher", "retrier", "recorder", "producer", "api"])
def test_sigterm_under_load_ends_with_zero_and_loses_nothing(stack, receiver, path, webhook, program):
    receiver.on(path, fails_first(10))
    hook = webhook(events=["event.created"], retry_schedule=[1, 1, 5])
    sent = publish_many(stack, 2000)
    exit_codes = stack.run("stop", program)
    assert "exit 0" in exit_codes or "stopped" in exit_codes, exit_codes
    stack.run("start", program)
    sent |= publish_many(stack, 200)
    check_complete(stack, receiver, path, hook, sent)
    log = (pathlib.Path(stack.directory) / "logs").glob(f"{program}*.log")
    lines = [json.loads(line) for file in log for line in file.read_text().splitlines() if line.startswith("{")]
    assert any(line.get("event") == "stopped" for line in lines)


def test_a_dispatcher_replaced_under_load_loses_nothing(stack, receiver, path, webhook):
    receiver.on(path, lambda request: Answer(delay=0.005))
    hook = webhook(events=["event.created"])
    sent = publish_many(stack, 2000)
    stack.run("kill", "dispatcher", "--signal", "TERM")
    stack.run("start", "dispatcher")
    check_complete(stack, receiver, path, hook, sent)


def test_one_hundred_thousand_waiting_retries_do_not_grow_the_retrier(stack):
    """Straight into a tier with a long delay: the retrier looks at the heads only."""
    from confluent_kafka import Producer
    before = resident_kib(stack.pids()["retrier"])
    producer = Producer({"bootstrap.servers": stack.kafka, "queue.buffering.max.messages": 200_000, "linger.ms": 20})
    headers = {"kt-webhook": "wh_none", "kt-attempt": "2", "kt-id": "evt_waiting", "kt-org": "org_demo",
               "kt-type": "event.created", "kt-first-ms": "1", "kt-origin": "kt.events.event.created/0/0",
               "kt-trigger": "event", "kt-due-ms": str(int(time.time() * 1000) + 21_600_000), "kt-reason": "test"}
    for number in range(100_000):
        producer.produce("kt.retry.6h", b'{"n":%d}' % number + b" " * 500, key=str(number), headers=headers)
        producer.poll(0)
    assert producer.flush(60) == 0
    time.sleep(3)
    assert stack.metric("retrier", "kt_retry_forwarded_total") >= 0
    assert resident_kib(stack.pids()["retrier"]) - before < 64 * 1024


def resident_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    raise AssertionError(f"process {pid} has no VmRSS")


def test_a_second_sigterm_ends_at_once(stack, receiver, path, webhook):
    receiver.on(path, Answer(raw=b"", then="hang"))
    webhook(events=["config.deployed"], timeout_ms=30000)
    stack.publish(events.envelope("config.deployed"))
    receiver.wait(path, 1)
    pid = stack.pids()["dispatcher"]
    started = time.monotonic()
    import os
    os.kill(pid, signal.SIGTERM)
    time.sleep(0.5)
    assert pathlib.Path(f"/proc/{pid}").exists(), "it did not wait for the running request"
    os.kill(pid, signal.SIGTERM)
    while pathlib.Path(f"/proc/{pid}").exists() and state_of(pid) != "Z" and time.monotonic() - started < 10:
        time.sleep(0.05)
    assert time.monotonic() - started < 5
    stack.run("start", "dispatcher")


def state_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return "Z"
