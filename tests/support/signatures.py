"""Verifies requests twice, independently of the product: with the unmodified standardwebhooks library, and our own header
with what a receiver would write himself."""

import hashlib
import hmac

import standardwebhooks


def verify_standard(secret, request):
    headers = {name: request.headers[name] for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    standardwebhooks.Webhook(secret).verify(request.body, headers)


def verify_keeptrusts(secret, request):
    parts = [part.split("=", 1) for part in request.headers["x-keeptrusts-signature"].split(",")]
    timestamp = dict(parts)["t"]
    signed = timestamp.encode() + b"." + request.body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    found = [value for name, value in parts if name == "v1"]
    assert any(hmac.compare_digest(expected, value) for value in found), "no v1 matches"
    assert abs(int(timestamp) - request.time) <= 5, "the timestamp is off by more than 5 s"


def verify(secret, request):
    verify_standard(secret, request)
    verify_keeptrusts(secret, request)
