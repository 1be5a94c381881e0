"""Our five long-running programs, and the one file of settings that they share."""

import base64
import os
import signal
import urllib.error
import urllib.request

from deploy.local import layout

NAMES = ("producer", "dispatcher", "retrier", "recorder", "api")
SERVERS = ("producer", "api")  # those with a port for customers
DATABASE_ROLES = {"producer": "kt_producer", "dispatcher": "kt_dispatcher", "recorder": "kt_recorder", "api": "kt_api"}

SETTINGS = """\
# Made by tools/stack.
log: {{level: info, format: json}}
kafka: {{bootstrap: "{kafka}", replication_factor: 1}}
secrets: {{key_file: "{keys}"}}
producer: {{listen: "127.0.0.1:{producer}"}}
api: {{listen: "127.0.0.1:{api}"}}
"""

# The address policy of a machine for development: endpoints on loopback, over plain http, on any port.
OPEN_EGRESS = """\
egress: {allow_plain_http: true, allowed_ranges: ["127.0.0.0/8", "::1/128"], allowed_ports: [any]}
"""


class Program:
    """One process; name is "api" or "dispatcher.2"."""

    polite_signal = signal.SIGTERM
    user = None

    def __init__(self, state, postgres, name):
        self.state, self.postgres, self.name = state, postgres, name
        self.kind = name.split(".")[0]

    @property
    def address(self):
        return f"127.0.0.1:{self.state.port(self.name + '.admin')}"

    @property
    def environment(self):
        environment = {"KT_ADMIN_LISTEN": self.address, "KT_SERVICE_INSTANCE": self.name}
        if self.kind in DATABASE_ROLES:
            environment["KT_DATABASE_URL"] = self.postgres.url(DATABASE_ROLES[self.kind])
        return environment

    def prepare(self):
        pass

    def command(self):
        preset = self.state.values["preset"]
        return [layout.binaries(preset) / f"kt-{self.kind}", "--config", settings_file(self.state)]

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://{self.address}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


def settings_file(state):
    return state.directory / "kt.yaml"


def write_settings(state, kafka):
    keys = state.directory / "secrets.key"
    if not keys.exists():
        descriptor = os.open(keys, os.O_WRONLY | os.O_CREAT, 0o400)
        os.write(descriptor, b"local-1:" + base64.b64encode(os.urandom(32)) + b"\n")
        os.close(descriptor)
    text = SETTINGS.format(kafka=kafka.address, keys=keys, **{name: state.port(name) for name in SERVERS})
    if not state.values["production_egress"]:
        text += OPEN_EGRESS
    settings_file(state).write_text(text)


def instance_names(dispatchers):
    """Every process of ours: one dispatcher is "dispatcher", several are numbered."""
    for name in NAMES:
        if name == "dispatcher" and dispatchers > 1:
            yield from (f"dispatcher.{number}" for number in range(1, dispatchers + 1))
        else:
            yield name
