import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest

PROGRAM = os.environ["SAMPLE_PROGRAM"]


class Answer:
    def __init__(self, raw):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(status.split()[1]) if status.startswith("HTTP/1.1 ") else None
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    @property
    def problem(self):
        assert self.headers["content-type"] == "application/problem+json"
        document = json.loads(self.body)
        assert document["status"] == self.status
        assert document["type"] == f"https://keeptrusts.dev/problems/{document['code']}"
        assert document["instance"] == f"urn:kt:request:{self.headers['x-request-id']}"
        return document


class Sample:
    """The sample program as a process."""

    def __init__(self, log_path, *arguments, **settings):
        self.log_path = pathlib.Path(log_path)
        environment = {**os.environ, **{f"KT_{name.upper()}": str(value) for name, value in settings.items()}}
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen([PROGRAM, *arguments], stderr=log, env=environment)
        deadline = time.monotonic() + 10
        while not self.logged("started"):
            assert self.process.poll() is None and time.monotonic() < deadline, self.log_path.read_text()
            time.sleep(0.01)
        self.port, self.admin_port = (
            next(int(line["port"]) for line in self.logged("listening") if line["listener"] == name) for name in ("sample", "admin"))

    def lines(self):
        return [json.loads(line) for line in self.log_path.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def logged(self, event):
        return [line for line in self.lines() if line["event"] == event]

    def connect(self, port=None, timeout=5):
        connection = socket.create_connection(("127.0.0.1", port or self.port), timeout)
        connection.settimeout(timeout)
        return connection

    def raw(self, request, timeout=5):
        """Everything that comes back until the server closes."""
        with self.connect(timeout=timeout) as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(request)
            return read_all(connection)

    def request(self, line, *headers, body=b"", port=None):
        text = "\r\n".join([f"{line} HTTP/1.1", "Host: test", "Connection: close", *headers, "", ""]).encode("latin-1")
        with self.connect(port) as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(text + body)
            return Answer(read_all(connection))

    def admin(self, path):
        return self.request(f"GET {path}", port=self.admin_port)

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self, timeout=10):
        return self.process.wait(timeout)

    def stop(self):
        if self.process.poll() is None:
            self.signal()
        assert self.wait(30) == 0, self.log_path.read_text()


def read_all(connection):
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.fixture
def start(tmp_path):
    """Starts sample programs; what still runs at the end is stopped and has to end well."""
    running = []

    def start_one(*arguments, **settings):
        running.append(Sample(tmp_path / f"{len(running)}.log", *arguments, **settings))
        return running[-1]

    yield start_one
    for sample in running:
        if sample.process.poll() is None:
            sample.process.kill()
            sample.process.wait()
        assert "Sanitizer" not in sample.log_path.read_text()


@pytest.fixture(scope="module", params=[0, 3], ids=["on_the_loop", "on_threads"])
def server(request, tmp_path_factory):
    """One sample program for all requests of a module, once on its loop and once with threads."""
    sample = Sample(tmp_path_factory.mktemp("server") / "log", sample_threads=request.param)
    yield sample
    sample.stop()
    assert "Sanitizer" not in sample.log_path.read_text()
