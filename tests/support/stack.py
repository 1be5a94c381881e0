"""A whole system under test: real Kafka, real PostgreSQL and our programs, through tools/stack as a person would use it."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import time
import urllib.error
import urllib.request

import psycopg

ROOT = pathlib.Path(__file__).resolve().parents[2]


class HttpAnswer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Stack:
    def __init__(self, directory, *options):
        self.directory = pathlib.Path(directory)
        self.options = options
        self.show_output = False  # of tools/stack, for a person who waits
        self.environment = dict(os.environ, KT_STACK_DIR=str(self.directory))

    def run(self, *words, timeout=120):
        shown = self.show_output and words[0] == "up"
        result = subprocess.run(
            [ROOT / "tools" / "stack", *words], env=self.environment, timeout=timeout, text=True,
            stdin=subprocess.DEVNULL, capture_output=not shown,
        )
        assert result.returncode == 0, f"tools/stack {' '.join(words)}:\n{result.stdout}\n{result.stderr}"
        return result.stdout

    def __enter__(self):
        self.run("up", *self.options, timeout=900)
        return self.attach()

    def attach(self):
        """To one that runs already."""
        for line in self.run("env").splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            self.environment[name] = shlex.split(value)[0]
        return self

    def __exit__(self, *exception):
        self.run("reset")

    def __getattr__(self, name):
        """stack.api_url and so on: what tools/stack env printed."""
        names = {"api_url": "KEEPTRUSTS_API_URL", "token": "KEEPTRUSTS_API_TOKEN", "events_url": "KT_EVENTS_URL",
                 "kafka": "KT_KAFKA", "database_url": "KT_DATABASE_URL", "bin": "KT_BIN"}
        return self.environment[names[name]]

    # ---- programs

    def pids(self):
        """PROGRAM → process id."""
        pairs = (line.split() for line in self.run("pids").splitlines())
        return {words[0]: int(words[-1]) for words in pairs if len(words) >= 2}

    def logs(self):
        return sorted((self.directory / "logs").glob("*.log"))

    # ---- HTTP

    def request(self, method, url, body=None, token=None, headers=None, timeout=30):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **(headers or {})}
        if token != "":
            headers["Authorization"] = f"Bearer {token or self.token}"
        request = urllib.request.Request(url, data=body, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return HttpAnswer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return HttpAnswer(error.code, error.headers, error.read())

    def api(self, method, path, body=None, **options):
        return self.request(method, self.api_url + path, body, **options)

    def publish(self, *events, **options):
        """Envelopes (dict, str or bytes) as one batch; the answer must say that each was accepted."""
        lines = [json.dumps(event).encode() if isinstance(event, dict) else
                 event.encode() if isinstance(event, str) else event for event in events]
        for start in range(0, len(lines), 1000):
            answer = self.request("POST", self.events_url + "/v1/events", b"\n".join(lines[start:start + 1000]),
                                  headers={"Content-Type": "application/x-ndjson"}, **options)
            assert answer.status == 202, f"{answer.status} {answer.body[:500]}"
            refused = [line for line in answer.json["results"] if line["status"] != "accepted"]
            assert not refused, refused[:3]

    def create_webhook(self, url, events=("*",), **fields):
        answer = self.api("POST", "/v1/webhooks", {"name": "test", "url": url, "events": list(events), **fields})
        assert answer.status == 201, f"{answer.status} {answer.body}"
        return answer.json

    def kt(self, *words, code=0, timeout=60, text=None):
        """Runs kt as a person would; its standard output."""
        result = subprocess.run([pathlib.Path(self.bin) / "kt", *words], env=self.environment, capture_output=True,
                                text=True, timeout=timeout, input=text)
        assert result.returncode == code, f"kt {' '.join(words)} → {result.returncode}\n{result.stdout}\n{result.stderr}"
        return result.stdout

    # ---- history

    def query(self, sql, *values):
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            return connection.execute(sql, values).fetchall()

    def wait_for(self, sql, *values, until=bool, timeout=30.0):
        """The rows of a query once they are as wanted, or a failure that shows them."""
        deadline = time.monotonic() + timeout
        rows = None
        while time.monotonic() < deadline:
            rows = self.query(sql, *values)
            if until(rows):
                return rows
            time.sleep(0.1)
        raise AssertionError(f"after {timeout} s: {rows[:10] if rows else rows}")

    def attempts(self, webhook_id, count, timeout=30.0):
        """The rows of the history of a webhook, oldest first, once there are so many."""
        sql = """SELECT event_id, number, outcome, error, code, fault, next_attempt_at, started_at, detail
                 FROM attempts WHERE webhook_id = %s ORDER BY started_at, number"""
        return self.wait_for(sql, webhook_id, until=lambda rows: len(rows) >= count, timeout=timeout)

    def metric(self, program, name):
        """The sum over the label sets of a metric of a program."""
        body = urllib.request.urlopen(f"http://{self.admin(program)}/metrics", timeout=5).read().decode()
        values = re.findall(rf"^{re.escape(name)}(?:{{[^}}]*}})? (\S+)$", body, re.MULTILINE)
        return sum(float(value) for value in values)

    def admin(self, program):
        for line in self.run("status").splitlines():
            words = line.split()
            if words and words[0] == program:
                return next(word for word in reversed(words) if re.fullmatch(r"[\d.]+:\d+", word))
        raise AssertionError(f"tools/stack status does not show {program}")
