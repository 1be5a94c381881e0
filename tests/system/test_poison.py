"""Records that nobody can understand go to the dead topic with the reason; their partition goes on."""

import time

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from support import events

VALID = b'{"id":"evt_x","type":"config.deployed","org_id":"org_demo","created_at":"2026-11-23T10:00:00Z","data":{}}'

POISON = {  # name → (value, headers, reason)
    "no JSON": (b"\x00\x01\x02 this is not JSON", None, b"not_json"),
    "an empty value": (b"", None, b"not_json"),
    "a tombstone": (None, None, b"not_json"),
    "an array": (b"[1,2,3]", None, b"not_an_object"),
    "invalid UTF-8": (VALID.replace(b"{}", b'{"a":"\xff\xfe"}'), None, b"not_json"),
    "a key twice": (VALID.replace(b'"data":{}', b'"data":{},"id":"evt_y"'), None, b"not_json"),
    "a number as id": (VALID.replace(b'"evt_x"', b"17"), None, b"bad_field"),
    "no data": (VALID.replace(b',"data":{}', b""), None, b"bad_field"),
    "too deep": (b'{"data":' + b"[" * 5000 + b"]" * 5000 + b"}", None, b"not_json"),
    "too large": (VALID.replace(b"{}", b'"' + b"x" * 300_000 + b'"'), None, b"too_large"),
}


def dead_records(stack, timeout=15):
    consumer = Consumer({"bootstrap.servers": stack.kafka, "group.id": "test-dead", "enable.auto.commit": False})
    partitions = consumer.list_topics("kt.dead", 10).topics["kt.dead"].partitions
    consumer.assign([TopicPartition("kt.dead", partition, 0) for partition in partitions])
    found, deadline = [], time.monotonic() + timeout
    while time.monotonic() < deadline:
        message = consumer.poll(0.3)
        if message is None:
            break
        if not message.error():
            found.append((message.value(), dict(message.headers() or [])))
    consumer.close()
    return found


@pytest.fixture(scope="module")
def buried(stack, receiver):
    """All poison at once into one partition, and a good event behind it."""
    path = "/after-poison"
    stack.create_webhook(receiver.url(path), events=["config.deployed"])
    time.sleep(0.7)
    producer = Producer({"bootstrap.servers": stack.kafka, "message.max.bytes": 1_000_000})
    for value, headers, _ in POISON.values():
        producer.produce("kt.events.config.deployed", value, partition=0, headers=headers)
    producer.produce("kt.events.config.deployed", VALID.replace(b"evt_x", b"evt_behind"), partition=0)
    assert producer.flush(10) == 0
    arrived = receiver.wait(path, 1)
    assert [request.headers["webhook-id"] for request in arrived] == ["evt_behind"]
    time.sleep(1)
    return dead_records(stack)


@pytest.mark.parametrize("name", POISON)
def test_an_unreadable_record_is_buried_with_its_reason(buried, name):
    value, _, reason = POISON[name]
    reasons = [headers.get("kt-reason") for found, headers in buried if (found or b"") == (value or b"")]
    assert reason in reasons, f"{reasons}"


@pytest.mark.parametrize("headers", [
    {},
    {"kt-webhook": "wh_1"},
    {"kt-webhook": "wh_1", "kt-attempt": "minus one", "kt-id": "evt_1", "kt-org": "org_demo"},
    {"kt-webhook": "w" * 500_000, "kt-attempt": "1"},
    {"kt-webhook": b"\xff\x00\xfe", "kt-attempt": "1"},
])
@pytest.mark.parametrize("topic", ["kt.due", "kt.retry.1s", "kt.direct", "kt.slow"])
def test_bad_headers_on_an_internal_topic_do_not_stop_it(stack, receiver, path, webhook, topic, headers):
    hook = webhook(events=["config.deployed"])
    time.sleep(0.7)
    good = {"kt-webhook": hook["id"], "kt-attempt": "1", "kt-id": events.event_id(), "kt-org": "org_demo",
            "kt-type": "config.deployed", "kt-first-ms": str(int(time.time() * 1000)), "kt-trigger": "event",
            "kt-origin": "kt.events.config.deployed/0/0", "kt-reason": "test", "kt-due-ms": "0"}
    producer = Producer({"bootstrap.servers": stack.kafka})
    producer.produce(topic, VALID, partition=0, headers=headers)
    producer.produce(topic, VALID, partition=0, headers=good)
    assert producer.flush(10) == 0
    assert receiver.wait(path, 1)[0].headers["webhook-id"] == good["kt-id"]


def test_a_broken_attempt_record_does_not_stop_the_history(stack, receiver, path, webhook):
    producer = Producer({"bootstrap.servers": stack.kafka})
    for partition in range(12):
        producer.produce("kt.attempts", b"not an attempt", partition=partition)
        producer.produce("kt.attempts", b'{"delivery_id":17}', partition=partition)
    assert producer.flush(10) == 0
    hook = webhook(events=["config.deployed"])
    stack.publish(events.envelope("config.deployed"))
    receiver.wait(path, 1)
    assert stack.attempts(hook["id"], 1)[0][2] == "delivered"
