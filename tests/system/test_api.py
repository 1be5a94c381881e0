"""The REST API: isolation between organizations, clear refusals, versions of a webhook."""

import pathlib
import subprocess
import time
import uuid

import pytest


@pytest.fixture(scope="module")
def other_token(stack):
    def run(*words):
        environment = dict(stack.environment, KT_DATABASE_URL=stack.database_url)
        return subprocess.run([pathlib.Path(stack.bin) / "kt-api", "--config", stack.directory / "kt.yaml", *words],
                              env=environment, capture_output=True, text=True, timeout=30, check=True).stdout.strip()
    other = f"org_{uuid.uuid4().hex[:12]}"
    run("organization", "create", "--id", other, "--name", "Other")
    return run("token", "create", "--org", other, "--name", "t", "--scopes", "webhooks:read,webhooks:write")


@pytest.mark.parametrize("method,suffix,body", [
    ("GET", "", None), ("PATCH", "", {"name": "mine"}), ("DELETE", "", None), ("POST", "/test", {}),
    ("POST", "/rotate-secret", {}), ("GET", "/deliveries", None), ("POST", "/pause", None)])
def test_another_organizations_webhook_is_not_found(stack, receiver, path, webhook, other_token, method, suffix, body):
    hook = webhook()
    answers = [stack.api(method, f"/v1/webhooks/{identity}{suffix}", body, token=other_token)
               for identity in (hook["id"], "wh_never")]
    assert [answer.status for answer in answers] == [404, 404]
    assert answers[0].body.replace(hook["id"].encode(), b"wh_never").split(b'"instance"')[0] == \
        answers[1].body.split(b'"instance"')[0]
    assert stack.api("GET", f"/v1/webhooks/{hook['id']}").json["name"] == "test"


def test_a_token_without_the_scope_is_refused(stack, other_token):
    """kt-producer reads the tokens every 5 s, so a new one is unknown to it at first."""
    deadline = time.monotonic() + 10
    status = 401
    while status == 401 and time.monotonic() < deadline:
        time.sleep(0.2)
        status = stack.request("POST", stack.events_url + "/v1/events", {"type": "config.deployed", "data": {}},
                               token=other_token).status
    assert status == 403


@pytest.mark.parametrize("fields,pointer", [
    ({"events": ["no spaces"]}, "/events/0"), ({"events": []}, "/events"), ({"name": "x" * 500}, "/name"),
    ({"timeout_ms": 1}, "/timeout_ms"), ({"retry_schedule": [0]}, "/retry_schedule/0"), ({"retry_schedule": "never"}, "/retry_schedule"),
    ({"headers": {"Host": "x"}}, "/headers/Host"), ({"headers": {"X-A": "a\r\nX-B: b"}}, "/headers/X-A"),
    ({"ordering": "sideways"}, "/ordering"), ({"secret": "whsec_short"}, "/secret"), ({"org_id": "org_other"}, "/org_id"),
])
def test_a_bad_field_is_named(stack, receiver, path, fields, pointer):
    body = {"name": "t", "url": receiver.url(path), "events": ["*"], **fields}
    answer = stack.api("POST", "/v1/webhooks", body)
    assert answer.status == 400, answer.body
    assert pointer in [error["pointer"] for error in answer.json["errors"]], answer.body


@pytest.mark.parametrize("method,path_,status", [
    ("GET", "/v1/nothing", 404), ("PUT", "/v1/webhooks", 405), ("GET", "/v1/webhooks?limit=-1", 400),
    ("GET", "/v1/webhooks?colour=red", 400), ("GET", "/v1/webhooks?cursor=garbage", 400), ("GET", "/v1/deliveries/dlv_none", 404)])
def test_odd_requests_get_a_problem(stack, method, path_, status):
    answer = stack.api(method, path_)
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == status and answer.json["type"]


def test_a_stale_change_is_refused(stack, webhook):
    hook = webhook()
    etag = stack.api("GET", f"/v1/webhooks/{hook['id']}").headers["ETag"]
    first = stack.api("PATCH", f"/v1/webhooks/{hook['id']}", {"name": "one"}, headers={"If-Match": etag})
    second = stack.api("PATCH", f"/v1/webhooks/{hook['id']}", {"name": "two"}, headers={"If-Match": etag})
    assert (first.status, second.status) == (200, 412)


def test_pages_follow_one_another_without_gap_or_double(stack, webhook):
    made = {webhook()["id"] for _ in range(7)}
    seen, cursor = [], None
    for _ in range(50):
        page = stack.api("GET", "/v1/webhooks?limit=3" + (f"&cursor={cursor}" if cursor else "")).json
        seen += [one["id"] for one in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) and made <= set(seen)


def test_secrets_are_sealed_in_the_database(stack, webhook):
    hook = webhook()
    rows = stack.query("SELECT s::text FROM webhook_secrets s WHERE webhook_id = %s", hook["id"])
    assert rows and all(hook["secret"] not in row[0] and hook["secret"][6:].encode().hex() not in row[0] for row in rows)
