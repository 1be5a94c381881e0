"""kt-producer takes what is right, and says exactly what is wrong with the rest."""

import json

import pytest
from support import events


def post(stack, body, content_type="application/json", **options):
    return stack.request("POST", stack.events_url + "/v1/events", body, headers={"Content-Type": content_type}, **options)


@pytest.mark.parametrize("body,status,word", [
    (b"{not json", 400, "JSON"),
    (b"[]", 400, "object"),
    (b'{"type":"no.such_type","data":{}}', 400, "no.such_type"),
    (b'{"type":"config.deployed"}', 400, "data"),
    (b'{"type":"config.deployed","data":{},"org_id":"org_other"}', 403, "org"),
    (b'{"type":"config.deployed","data":{},"id":"bad id!"}', 400, "id"),
    (b'{"type":"config.deployed","data":{},"created_at":"yesterday"}', 400, "created_at"),
    (b'{"type":"config.deployed","data":"' + b"x" * 300_000 + b'"}', 413, "256 KiB"),
])
def test_a_bad_event_is_refused_with_the_reason(stack, body, status, word):
    answer = post(stack, body)
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert word.lower() in answer.body.decode().lower()


def test_a_batch_says_which_line_was_refused(stack):
    lines = [json.dumps(events.envelope("config.deployed")), "{broken", json.dumps(events.envelope("config.deployed"))]
    answer = post(stack, "\n".join(lines).encode(), "application/x-ndjson")
    assert answer.status == 202
    assert (answer.json["accepted"], answer.json["refused"]) == (2, 1)
    assert [one["status"] for one in answer.json["results"]] == ["accepted", "refused", "accepted"]
    assert answer.json["results"][1]["line"] == 2


def test_more_than_a_thousand_events_are_too_many(stack):
    lines = "\n".join(json.dumps(events.envelope("config.deployed")) for _ in range(1001)).encode()
    answer = post(stack, lines, "application/x-ndjson")
    assert answer.status in (400, 413) and b"1,000" in answer.body.replace(b"1000", b"1,000")


@pytest.mark.parametrize("token", ["", "kt_live_wrong", "x" * 5000])
def test_without_a_valid_token_nothing_is_taken(stack, token):
    answer = post(stack, events.envelope("config.deployed"), token=token)
    assert answer.status == 401


def test_a_file_is_loaded_and_its_bad_lines_are_named(stack, receiver, path, webhook, tmp_path):
    import pathlib
    import subprocess
    webhook(events=["export.completed"])
    good = [json.dumps(events.envelope("export.completed")) for _ in range(250)]
    file = tmp_path / "events.ndjson"
    file.write_text("\n".join([*good[:100], "{broken", *good[100:]]) + "\n")
    result = subprocess.run([pathlib.Path(stack.bin) / "kt-producer", "--config", stack.directory / "kt.yaml", "--input", file],
                            capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert "101" in result.stderr
    receiver.wait(path, 250)
