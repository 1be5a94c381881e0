"""What one stack remembers between commands, in state.json of its folder: ports, processes, options."""

import contextlib
import fcntl
import json
import os
import random
import shutil
import socket
import threading

from deploy.local import layout


class State:
    def __init__(self):
        self.directory = layout.state_directory()
        self.file = self.directory / "state.json"
        self.values = json.loads(self.file.read_text()) if self.file.exists() else {}
        self.mutex = threading.RLock()  # programs start side by side, and each writes down what it learned

    @property
    def exists(self):
        return self.file.exists()

    @property
    def logs(self):
        return self.directory / "logs"

    @contextlib.contextmanager
    def locked(self):
        """One command at a time changes a stack; readers need no lock."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(exist_ok=True)
        with open(self.directory / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.file.exists():
                self.values = json.loads(self.file.read_text())
            yield self

    def save(self):
        with self.mutex:
            temporary = self.file.with_suffix(".new")
            temporary.write_text(json.dumps(self.values, indent=2))
            os.replace(temporary, self.file)

    def port(self, name):
        """A free port of 127.0.0.1; the same for ever after."""
        with self.mutex:
            ports = self.values.setdefault("ports", {})
            if name not in ports:
                ports[name] = free_port(ports.values())
                self.save()
            return ports[name]

    def process(self, name):
        return self.values.get("processes", {}).get(name)

    def set_process(self, name, identity):
        with self.mutex:
            self.values.setdefault("processes", {})[name] = identity
            self.save()

    def delete(self):
        shutil.rmtree(self.directory, ignore_errors=True)


def free_port(taken):
    """Below the kernel's range for outgoing connections: a port from it may belong to some connection, even to a client
    that met itself while trying to reach a stopped program, by the time the program comes back for it."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        outgoing = int(file.read().split()[0])
    while True:
        port = random.randrange(10000, max(outgoing, 20000))
        with socket.socket() as probe:
            if port not in taken and is_free(probe, port):
                return port


def is_free(probe, port):
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
