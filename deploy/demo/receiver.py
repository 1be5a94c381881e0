"""A receiver for trying out: prints each webhook, and whether its signature verifies when WEBHOOK_SECRET is set. Needs nothing
but Python. usage: receiver.py [PORT]"""

import hashlib
import hmac
import http.server
import os
import sys

SECRET = os.environ.get("WEBHOOK_SECRET", "")


def verifies(header, body):
    parts = [part.split("=", 1) for part in header.split(",") if "=" in part]
    signed = dict(parts).get("t", "").encode() + b"." + body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    return any(hmac.compare_digest(expected, value) for name, value in parts if name == "v1")


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        verdict = "not checked" if not SECRET else "verifies" if verifies(self.headers.get("X-Keeptrusts-Signature", ""), body) else "WRONG"
        print(f"{self.headers.get('X-Keeptrusts-Event')}  attempt {self.headers.get('X-Keeptrusts-Attempt')}  signature {verdict}\n"
              f"  {body.decode(errors='replace')}")
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments):
        pass


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
    print(f"listening on port {port}")
    http.server.ThreadingHTTPServer(("", port), Receiver).serve_forever()
