"""What one stack remembers between commands, in state.json of its folder: ports, processes, options."""

import contextlib
import fcntl
import json
import os
import shutil
import socket

from deploy.local import layout


class State:
    def __init__(self):
        self.directory = layout.state_directory()
        self.file = self.directory / "state.json"
        self.values = json.loads(self.file.read_text()) if self.file.exists() else {}

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
        temporary = self.file.with_suffix(".new")
        temporary.write_text(json.dumps(self.values, indent=2))
        os.replace(temporary, self.file)

    def port(self, name):
        """A port of 127.0.0.1 chosen by the kernel; the same for ever after."""
        ports = self.values.setdefault("ports", {})
        if name not in ports:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                ports[name] = probe.getsockname()[1]
        return ports[name]

    def process(self, name):
        return self.values.get("processes", {}).get(name)

    def set_process(self, name, identity):
        self.values.setdefault("processes", {})[name] = identity
        self.save()

    def delete(self):
        shutil.rmtree(self.directory, ignore_errors=True)
