"""Every way an attempt can fail ends in the right outcome and class, with the next attempt at the right time and never
early; the end of the schedule goes to the dead topic."""

import email.utils
import json
import socket
import time

import pytest
from support import events
from support.receiver import Answer

CUT_BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this"

FAILURES = {  # name → (answer, error class, code)
    "500": (Answer(500), "http_status", 500),
    "400": (Answer(400), "http_status", 400),
    "3xx is not followed": (Answer(302, {"Location": "http://127.0.0.1:1/secret"}), "http_status", 302),
    "429 without Retry-After": (Answer(429), "http_status", 429),
    "reset before an answer": (Answer(raw=b"", then="reset"), "reset", None),
    "closed before an answer": (Answer(raw=b"", then="close"), "reset", None),
    "no HTTP": (Answer(raw=b"SSH-2.0-OpenSSH_9.2\r\n", then="close"), "invalid_http", None),
    "a status that is none": (Answer(raw=b"HTTP/1.1 abc Bad\r\n\r\n", then="close"), "invalid_http", None),
    "a head without end": (Answer(raw=b"HTTP/1.1 200 OK\r\n" + b"X-Filler: " + b"x" * 60_000 + b"\r\n\r\n", then="close"),
                           "too_large", 200),
    "no answer in time": (Answer(raw=b"", then="hang"), "timeout", None),
    "half a head in time": (Answer(raw=b"HTTP/1.1 200 OK\r\nX-Half:", then="hang"), "timeout", None),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_classed_and_tried_again(stack, receiver, path, webhook, name):
    """By attempt, not by request: one on a kept connection that dies unanswered is made again at once, on a new one."""
    answer, error, code = FAILURES[name]
    receiver.on(path, lambda request: answer if request.headers["x-keeptrusts-attempt"] == "1" else Answer())
    hook = webhook(events=["config.deployed"], retry_schedule=[1, 1], timeout_ms=1000)
    stack.publish(events.envelope("config.deployed"))
    first, second = stack.attempts(hook["id"], 2)[:2]
    assert (first[1], first[2], first[3]) == (1, "retrying", error)
    if code is not None and error == "http_status":
        assert first[4] == code
    assert first[5] == "endpoint"
    assert (second[1], second[2], second[4]) == (2, "delivered", 200)
    requests = receiver.at(path)
    assert len({(request.body, request.headers["webhook-id"]) for request in requests}) == 1
    assert [request.headers["x-keeptrusts-attempt"] for request in requests][0::len(requests) - 1] == ["1", "2"]
    assert second[7] >= first[6], "the second attempt started before its planned time"


def test_a_refused_connection_is_tried_again(stack, webhook, path):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    hook = webhook(f"http://127.0.0.1:{port}{path}", events=["config.deployed"], retry_schedule=[1])
    stack.publish(events.envelope("config.deployed"))
    rows = stack.attempts(hook["id"], 2)
    assert [(row[1], row[2], row[3], row[5]) for row in rows] == [
        (1, "retrying", "connect", "endpoint"), (2, "exhausted", "connect", "endpoint")]


def test_a_name_that_does_not_exist_is_a_dns_failure(stack, webhook, path):
    hook = webhook(f"https://no-such-host.keeptrusts-webhooks.example{path}", events=["config.deployed"],
                   retry_schedule=[600])
    stack.publish(events.envelope("config.deployed"))
    assert stack.attempts(hook["id"], 1)[0][3] == "dns"


def test_a_server_without_tls_is_a_tls_failure(stack, receiver, webhook, path):
    hook = webhook(f"https://127.0.0.1:{receiver.port}{path}", events=["config.deployed"], retry_schedule=[600],
                   timeout_ms=2000)
    stack.publish(events.envelope("config.deployed"))
    assert stack.attempts(hook["id"], 1)[0][3] == "tls"


@pytest.mark.parametrize("raw", [
    CUT_BODY,
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.0 200 OK\r\n\r\nuntil close",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
])
def test_a_2xx_is_a_success_whatever_its_body(stack, receiver, path, webhook, raw):
    receiver.on(path, Answer(raw=raw, then="close"))
    hook = webhook(events=["config.deployed"], retry_schedule=[600])
    stack.publish(events.envelope("config.deployed"))
    assert stack.attempts(hook["id"], 1)[0][2] == "delivered"


@pytest.mark.parametrize("status,value,wait", [
    (429, "3", 3), (503, lambda: email.utils.formatdate(time.time() + 4, usegmt=True), 3), (503, "-5", 1), (429, "soon", 1)])
def test_retry_after_is_honoured(stack, receiver, path, webhook, status, value, wait):
    header = value() if callable(value) else value
    receiver.on(path, [Answer(status, {"Retry-After": header}), Answer()])
    webhook(events=["config.deployed"], retry_schedule=[1])
    stack.publish(events.envelope("config.deployed"))
    one, two = receiver.wait(path, 2)
    assert two.time - one.time >= wait - 0.05


def test_an_absurd_retry_after_is_cut_to_a_day(stack, receiver, path, webhook):
    receiver.on(path, Answer(429, {"Retry-After": "99999999999"}))
    hook = webhook(events=["config.deployed"], retry_schedule=[1])
    stack.publish(events.envelope("config.deployed"))
    row = stack.attempts(hook["id"], 1)[0]
    assert row[2] == "retrying" and 0.9 < (row[6] - row[7]).total_seconds() / 86400 < 1.12


def test_410_disables_the_webhook_and_sends_nothing_more(stack, receiver, path, webhook):
    receiver.on(path, Answer(410))
    hook = webhook(events=["config.deployed"])
    stack.publish(events.envelope("config.deployed"))
    receiver.wait(path, 1)
    stack.wait_for("SELECT state FROM webhooks WHERE id = %s", hook["id"], until=lambda rows: rows == [("disabled",)])
    time.sleep(0.7)
    stack.publish(events.envelope("config.deployed"))
    time.sleep(1.0)
    assert receiver.count(path) == 1
    state = stack.api("GET", f"/v1/webhooks/{hook['id']}").json
    assert state["state"] == "disabled" and state["enabled"] is False and state["state_reason"]


def test_the_schedule_is_kept_to_the_second_and_ends_in_the_dead_topic(stack, receiver, path, webhook):
    from confluent_kafka import Consumer, TopicPartition
    receiver.on(path, Answer(500))
    hook = webhook(events=["config.deployed"], retry_schedule=[1, 2, 1])
    event = events.envelope("config.deployed")
    stack.publish(event)
    rows = stack.attempts(hook["id"], 4)
    assert [row[2] for row in rows] == ["retrying", "retrying", "retrying", "exhausted"]
    requests = receiver.at(path)
    gaps = [later.time - earlier.time for earlier, later in zip(requests, requests[1:])]
    for gap, planned in zip(gaps, [1, 2, 1]):
        assert gap >= planned, f"{gaps}: early"
    deliveries = stack.api("GET", f"/v1/webhooks/{hook['id']}/deliveries").json["data"]
    assert [(one["status"], one["attempts"]) for one in deliveries] == [("failed", 4)]

    consumer = Consumer({"bootstrap.servers": stack.kafka, "group.id": path, "auto.offset.reset": "earliest",
                         "enable.auto.commit": False})
    consumer.assign([TopicPartition("kt.dead", partition, 0) for partition in
                     consumer.list_topics("kt.dead", 10).topics["kt.dead"].partitions])
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        message = consumer.poll(0.5)
        if message is None or message.error() or json_id(message.value()) != event["id"]:
            continue
        headers = dict(message.headers())
        assert headers["kt-webhook"] == hook["id"].encode() and headers["kt-reason"] == b"exhausted"
        break
    else:
        raise AssertionError("the event did not come to kt.dead")
    consumer.close()


def json_id(value):
    try:
        return json.loads(value).get("id")
    except (ValueError, AttributeError):
        return None


def test_a_hanging_endpoint_delays_no_other(stack, receiver, path, webhook):
    receiver.on(path + "/hangs", Answer(delay=60))
    webhook(receiver.url(path + "/hangs"), events=["config.deployed"], timeout_ms=2000, retry_schedule=[600])
    webhook(receiver.url(path + "/well"), events=["config.deployed"])
    stack.publish(*[events.envelope("config.deployed") for _ in range(500)])
    receiver.wait(path + "/well", 500, timeout=15)
