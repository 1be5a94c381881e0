# SPDX-License-Identifier: Apache-2.0
"""Publishes events the way a gateway does: NDJSON to kt-producer, a few requests at a time."""
import concurrent.futures
import http.client
import json
import urllib.parse

from bench.failure import BenchFailure

EVENT_BYTES = 1024
EVENTS_PER_REQUEST = 1000
CLIENTS = 4


def envelope(org_id, event_id):
    """A whole event of exactly EVENT_BYTES, which therefore reaches the endpoint as it is."""
    event = {"id": event_id, "type": "event.created", "created_at": "2026-11-23T10:00:00.000Z", "org_id": org_id,
             "data": {"id": event_id, "verdict": "allow", "reason_code": "within_policy", "policy_name": "default",
                      "model": "gpt-5", "provider": "openai", "gateway_id": "gw_bench", "user_id": "user_bench",
                      "input_tokens": 812, "output_tokens": 240, "cost_usd": 0.0131, "latency_ms": 912, "padding": ""}}
    missing = EVENT_BYTES - len(json.dumps(event, separators=(",", ":")))
    event["data"]["padding"] = "x" * missing
    return json.dumps(event, separators=(",", ":"))


def publish(stack, org_id, first, count):
    """Events first … first+count-1, all acknowledged by Kafka when this returns."""
    template = envelope(org_id, "evt_%020d" % 0)
    batches = [range(start, min(start + EVENTS_PER_REQUEST, first + count))
               for start in range(first, first + count, EVENTS_PER_REQUEST)]
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as clients:
        shares = [clients.submit(_post, stack, template, batches[i::CLIENTS]) for i in range(CLIENTS)]
        try:
            for share in shares:
                share.result()
        except OSError as error:
            raise BenchFailure(f"kt-producer at {stack.environment['KT_EVENTS_URL']}: {error}") from error


def _post(stack, template, batches):
    url = urllib.parse.urlsplit(stack.environment["KT_EVENTS_URL"])
    headers = {"Authorization": f"Bearer {stack.environment['KEEPTRUSTS_API_TOKEN']}",
               "Content-Type": "application/x-ndjson"}
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    for numbers in batches:
        body = "\n".join(template.replace("evt_%020d" % 0, "evt_%020d" % number) for number in numbers)
        connection.request("POST", url.path.rstrip("/") + "/v1/events", body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status != 202 or any(line["status"] != "accepted" for line in json.loads(text)["results"]):
            raise BenchFailure(f"kt-producer answered {answer.status}: {text[:500]}")
    connection.close()
