"""The main job: events reach the endpoints that subscribe to them, byte for byte, signed, and with a history."""

import base64
import json
import os
import time

import pytest
from support import events
from support.receiver import Answer
from support.signatures import verify


@pytest.mark.parametrize("event_type", events.EXACT)
def test_every_type_arrives_byte_for_byte_with_both_signatures(stack, receiver, path, webhook, event_type):
    hook = webhook(events=[event_type])
    identity, body = events.exact(event_type)
    stack.publish(body)
    request = receiver.wait(path, 1)[0]
    assert request.body == body
    assert request.headers["webhook-id"] == identity
    assert request.headers["x-keeptrusts-event"] == event_type
    assert request.headers["x-keeptrusts-attempt"] == "1"
    assert request.headers["x-keeptrusts-delivery"].startswith("dlv_")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("Keeptrusts-Webhooks/")
    assert "expect" not in request.headers and "accept" not in request.headers
    verify(hook["secret"], request)
    rows = stack.attempts(hook["id"], 1)
    assert [(row[0], row[1], row[2], row[4]) for row in rows] == [(identity, 1, "delivered", 200)]


def test_missing_fields_are_filled_in_and_the_rest_stays(stack, receiver, path, webhook):
    webhook(events=["config.deployed"])
    sent = b'{"type":"config.deployed", "data":{"v":1.10}}'
    answer = stack.request("POST", stack.events_url + "/v1/events", sent)
    assert answer.status == 202
    body = receiver.wait(path, 1)[0].body
    envelope = json.loads(body)
    assert envelope["id"] == answer.json["id"] and envelope["org_id"] == "org_demo" and envelope["created_at"]
    assert body.endswith(b'"type":"config.deployed", "data":{"v":1.10}}')


def test_only_subscribers_get_an_event(stack, receiver, path, webhook):
    webhook(receiver.url(path + "/exact"), events=["escalation.created"])
    webhook(receiver.url(path + "/prefix"), events=["escalation.*"])
    webhook(receiver.url(path + "/all"), events=["*"])
    webhook(receiver.url(path + "/other"), events=["export.completed"])
    stack.publish(events.envelope("escalation.created"), events.envelope("escalation.resolved"))
    receiver.wait(path + "/all", 2)
    receiver.wait(path + "/prefix", 2)
    receiver.wait(path + "/exact", 1)
    time.sleep(0.5)
    assert receiver.count(path + "/exact") == 1
    assert receiver.count(path + "/other") == 0


def test_rotation_signs_with_both_secrets_and_then_with_the_new_one(stack, receiver, path, webhook):
    hook = webhook(events=["config.deployed"])
    answer = stack.api("POST", f"/v1/webhooks/{hook['id']}/rotate-secret", {"overlap_seconds": 3})
    assert answer.status == 200, answer.body
    fresh = answer.json["secret"]
    assert fresh != hook["secret"]
    time.sleep(0.7)  # the dispatchers are told within this time, and both are valid until then
    stack.publish(events.envelope("config.deployed"))
    request = receiver.wait(path, 1)[0]
    verify(hook["secret"], request)
    verify(fresh, request)
    assert request.headers["x-keeptrusts-signature"].count("v1=") == 2
    time.sleep(3.0)
    stack.publish(events.envelope("config.deployed"))
    request = receiver.wait(path, 2)[1]
    verify(fresh, request)
    assert request.headers["x-keeptrusts-signature"].count("v1=") == 1


def test_a_secret_of_the_caller_is_used(stack, receiver, path, webhook, canary):
    key = canary.encode().ljust(32, b"!")
    secret = "whsec_" + base64.b64encode(key).decode()
    webhook(events=["config.deployed"], secret=secret)
    stack.publish(events.envelope("config.deployed", canary=canary))
    verify(secret, receiver.wait(path, 1)[0])


def test_custom_headers_are_sent_and_masked_in_the_history(stack, receiver, path, webhook, canary):
    hook = webhook(events=["config.deployed"], headers={"Authorization": f"Bearer {canary}"})
    stack.publish(events.envelope("config.deployed"))
    assert receiver.wait(path, 1)[0].headers["authorization"] == f"Bearer {canary}"
    stack.attempts(hook["id"], 1)
    deliveries = stack.api("GET", f"/v1/webhooks/{hook['id']}/deliveries").json["data"]
    delivery = stack.api("GET", f"/v1/deliveries/{deliveries[0]['id']}")
    assert delivery.status == 200 and canary.encode() not in delivery.body


def test_the_history_has_the_answer_and_the_payload(stack, receiver, path, webhook):
    receiver.on(path, Answer(status=422, headers={"X-Reason": "no"}, body=b"\xff<script>\x00 bad"))
    hook = webhook(events=["config.deployed"], retry_schedule=[600])
    identity, body = events.exact("config.deployed")
    stack.publish(body)
    stack.attempts(hook["id"], 1)
    listed = stack.api("GET", f"/v1/webhooks/{hook['id']}/deliveries").json["data"][0]
    assert (listed["status"], listed["attempts"], listed["code"], listed["event_id"]) == ("retrying", 1, 422, identity)
    delivery = stack.api("GET", f"/v1/deliveries/{listed['id']}").json
    assert len(delivery["attempts"]) == 1
    assert delivery["attempts"][0]["number"] == 1
    assert identity in json.dumps(delivery)


def test_a_large_event_arrives_whole(stack, receiver, path, webhook):
    webhook(events=["export.completed"])
    filler = os.urandom(120_000).hex()
    event = events.envelope("export.completed", filler=filler)
    stack.publish(event)
    assert json.loads(receiver.wait(path, 1)[0].body)["data"]["filler"] == filler


def test_a_deleted_webhook_gets_nothing_more(stack, receiver, path, webhook):
    gone = webhook(receiver.url(path + "/gone"), events=["config.deployed"])
    assert stack.api("DELETE", f"/v1/webhooks/{gone['id']}").status == 204
    time.sleep(0.7)
    webhook(receiver.url(path + "/here"), events=["config.deployed"])
    stack.publish(events.envelope("config.deployed"))
    receiver.wait(path + "/here", 1)
    assert receiver.count(path + "/gone") == 0


def test_gateways_may_write_to_kafka_themselves(stack, receiver, path, webhook):
    from confluent_kafka import Producer
    webhook(events=["event.created"])
    identity, body = events.exact("event.created")
    nameless = body.replace(b'"id":"' + identity.encode() + b'",', b"", 1)
    producer = Producer({"bootstrap.servers": stack.kafka})
    producer.produce("kt.events.event.created", body)
    producer.produce("kt.events.event.created", nameless)
    assert producer.flush(10) == 0
    arrived = {request.headers["webhook-id"]: request.body for request in receiver.wait(path, 2)}
    assert arrived.pop(identity) == body
    (made_id, made_body), = arrived.items()
    assert made_id.startswith("evt_") and made_body == nameless
