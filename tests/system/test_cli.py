"""kt as people type it: tables for them, JSON for scripts, and an exit code for each ending."""

import json

from support import events
from support.receiver import Answer
from support.signatures import verify


def test_a_webhook_lives_its_whole_life_through_kt(stack, receiver, path):
    made = json.loads(stack.kt("webhook", "create", "--url", receiver.url(path), "--events", "config.deployed,escalation.*",
                               "--name", "From the shell", "--json"))
    identity = made["id"]
    assert made["secret"].startswith("whsec_") and made["events"] == ["config.deployed", "escalation.*"]
    assert identity in stack.kt("webhook", "list")
    assert "secret" not in json.loads(stack.kt("webhook", "get", identity, "--json"))
    stack.kt("webhook", "update", "--id", identity, "--name", "Renamed")
    assert json.loads(stack.kt("webhook", "get", "--id", identity, "--json"))["name"] == "Renamed"

    stack.kt("webhook", "test", "--id", identity)
    test = receiver.wait(path, 1)[0]
    assert test.headers["x-keeptrusts-event"] == "webhook.test"
    verify(made["secret"], test)

    fresh = json.loads(stack.kt("webhook", "rotate-secret", "--id", identity, "--json"))["secret"]
    assert fresh != made["secret"]
    stack.kt("events", "publish", "--type", "config.deployed", "--data", '{"id":"cfg_1","version":"7"}')
    verify(fresh, receiver.wait(path, 2)[1])
    stack.attempts(identity, 2)
    listed = stack.kt("webhook", "deliveries", "--id", identity)
    assert "config.deployed" in listed and "delivered" in listed
    assert len(json.loads(stack.kt("webhook", "deliveries", "--id", identity, "--json"))["data"]) == 2
    stack.kt("webhook", "delete", "--id", identity, "--yes")
    stack.kt("webhook", "get", identity, code=3)


def test_a_failed_test_delivery_has_an_exit_code_of_its_own(stack, receiver, path, webhook):
    receiver.on(path, Answer(500))
    stack.kt("webhook", "test", "--id", webhook()["id"], code=7)
    assert receiver.count(path) == 1, "a test is made once"


def test_every_ending_has_its_exit_code(stack, monkeypatch):
    stack.kt("webhook", "frobnicate", code=2)
    stack.kt("webhook", "create", code=2)
    stack.kt("webhook", "get", "wh_none", code=3)
    stack.kt("webhook", "create", "--url", "ftp://example.com", "--events", "*", code=1)
    token = stack.environment["KEEPTRUSTS_API_TOKEN"]
    url = stack.environment["KEEPTRUSTS_API_URL"]
    try:
        stack.environment["KEEPTRUSTS_API_TOKEN"] = "kt_live_wrong"
        stack.kt("webhook", "list", code=4)
        stack.environment["KEEPTRUSTS_API_TOKEN"] = token
        stack.environment["KEEPTRUSTS_API_URL"] = "http://127.0.0.1:1"
        stack.kt("webhook", "list", code=6)
    finally:
        stack.environment["KEEPTRUSTS_API_TOKEN"] = token
        stack.environment["KEEPTRUSTS_API_URL"] = url


def test_events_from_a_file_are_published(stack, receiver, path, webhook, tmp_path):
    webhook(events=["budget.threshold_reached"])
    file = tmp_path / "events.ndjson"
    file.write_text("".join(json.dumps(events.envelope("budget.threshold_reached")) + "\n" for _ in range(20)))
    stack.kt("events", "publish", "-f", str(file))
    receiver.wait(path, 20)
