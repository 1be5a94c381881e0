"""No request reaches an address that the operator did not allow: refused when saved, and again at connect."""

import socket
import tempfile
import time

import pytest
from support import events
from support.receiver import Receiver
from support.stack import Stack

BAD_URLS = [
    "http://example.com/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[fd00:ec2::254]/",
    "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/", "https://192.168.1.1/", "https://100.64.0.1/",
    "https://224.0.0.1/", "https://localhost/", "https://metadata.google.internal/", "https://kubernetes.default.svc/",
    "https://user:pass@example.com/", "https://example.com:6379/", "https://example.com#fragment", "ftp://example.com/",
    "file:///etc/passwd", "https://①②⑦.⓪.⓪.①/", "https://exa mple.com/", "https://" + "a" * 3000 + ".com/", "", "https://",
]


@pytest.fixture(scope="module")
def strict():
    with tempfile.TemporaryDirectory(prefix="kt-strict-") as directory, Stack(directory, "--production-egress") as running:
        yield running


@pytest.mark.parametrize("url", BAD_URLS)
def test_a_bad_url_is_refused_when_saved(strict, url):
    answer = strict.api("POST", "/v1/webhooks", {"name": "bad", "url": url, "events": ["*"]})
    assert answer.status == 400, f"{url}: {answer.status} {answer.body}"
    assert answer.json["errors"][0]["pointer"] == "/url" and answer.json["errors"][0]["detail"]


def test_a_name_that_leads_to_a_forbidden_address_is_refused_at_connect(strict):
    """The dispatcher accepts this machine's own name, which leads to an address that is not public, and refuses the address."""
    wider = {"KT_EGRESS_ALLOW_INTERNAL_NAMES": "true", "KT_EGRESS_ALLOW_PLAIN_HTTP": "true", "KT_EGRESS_ALLOWED_PORTS": "any"}
    with Receiver() as canary:
        hook = strict.create_webhook("https://example.com/", events=["config.deployed"])
        strict.query("UPDATE webhooks SET url = %s WHERE id = %s RETURNING id", f"http://{socket.gethostname()}:{canary.port}/", hook["id"])
        strict.run("stop", "dispatcher")
        strict.environment.update(wider)
        strict.run("start", "dispatcher")
        strict.publish(events.envelope("config.deployed"))
        row = strict.attempts(hook["id"], 1)[0]
        assert (row[2], row[3]) == ("rejected", "blocked_address")
        assert canary.connection_count == 0


def test_a_url_that_got_into_the_table_is_never_requested(strict):
    """As if the policy had been wider when it was saved: the webhook is held until it is repaired."""
    with socket.create_server(("127.0.0.1", 8443)) as canary:
        hook = strict.create_webhook("https://example.com/", events=["config.deployed"])
        strict.query("UPDATE webhooks SET url = %s WHERE id = %s RETURNING id", "https://127.0.0.1:8443/", hook["id"])
        strict.query("UPDATE config_version SET version = version + 1 RETURNING version")
        time.sleep(12)
        strict.publish(events.envelope("config.deployed"))
        canary.settimeout(2)
        with pytest.raises(TimeoutError):
            canary.accept()
        delivered = strict.query("SELECT count(*) FROM attempts WHERE webhook_id = %s AND outcome = 'delivered'", hook["id"])
        assert delivered == [(0,)]


def test_a_name_without_a_dot_is_refused_when_saved(strict):
    name = socket.gethostname()
    assert socket.gethostbyname("localhost").startswith("127.")
    answer = strict.api("POST", "/v1/webhooks", {"name": "own", "url": f"https://{name}/", "events": ["*"]})
    assert answer.status == 400, "a name without a dot is never public"
