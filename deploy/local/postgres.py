"""A PostgreSQL 15 cluster of our own. Root cannot run PostgreSQL: its files then belong to the user postgres."""

import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "log_line_prefix": "%m [%p] ",
}


class Postgres:
    name = "postgres"
    polite_signal = signal.SIGINT  # fast shutdown: does not wait for sessions to end
    environment = None

    def __init__(self, state):
        self.state = state
        self.user = "postgres" if os.geteuid() == 0 else None

    @property
    def address(self):
        return f"127.0.0.1:{self.state.port('postgres')}"

    def url(self, role):
        return f"postgresql://{role}@{self.address}/keeptrusts"

    @property
    def data(self):
        return pathlib.Path(self.state.values["postgres_folder"]) / "data"

    def prepare(self):
        """Makes the cluster, once."""
        if "postgres_folder" not in self.state.values:
            self.make_folder()
        if (self.data / "PG_VERSION").exists():
            self.clear_remains()
        else:
            self.run("initdb", "-D", self.data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def make_folder(self):
        """Under /var/tmp when another user has to reach it."""
        parent = "/var/tmp" if self.user else self.state.directory
        folder = tempfile.mkdtemp(prefix="keeptrusts-postgres-", dir=parent)
        if self.user:
            entry = pwd.getpwnam(self.user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        self.state.values["postgres_folder"] = folder
        self.state.save()

    def clear_remains(self, seconds=30):
        """After a kill: workers end by themselves, but the next server refuses to start before the last has; and it would
        take a zombie that nobody has waited for yet for the server that the lock file names."""
        deadline = time.monotonic() + seconds
        while any(works_in(process, self.data) for process in pathlib.Path("/proc").glob("[0-9]*")):
            if time.monotonic() > deadline:
                return
            time.sleep(0.05)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def run(self, program, *words):
        options = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        with open(self.state.logs / "postgres.log", "ab") as log:
            subprocess.run([BIN / program, *words], stdout=log, stderr=log, check=True, cwd="/", **options)

    def command(self):
        settings = {**SETTINGS, "port": self.state.port("postgres")}
        return [BIN / "postgres", "-D", self.data, *(f"--{name}={value}" for name, value in settings.items())]

    def is_ready(self):
        result = subprocess.run([BIN / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.state.port("postgres"))])
        return result.returncode == 0

    def create_database(self):
        found = self.sql("postgres", "SELECT 1 FROM pg_database WHERE datname = 'keeptrusts'")
        if not found:
            self.sql("postgres", "CREATE DATABASE keeptrusts OWNER owner")

    def sql(self, database, statement):
        result = subprocess.run([BIN / "psql", "-qAtX", "-h", "127.0.0.1", "-p", str(self.state.port("postgres")), "-U", "owner",
                                 "-d", database, "-c", statement], capture_output=True, text=True, check=True)
        return result.stdout.strip()

    def delete(self):
        folder = self.state.values.get("postgres_folder")
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def works_in(process, folder):
    try:
        return (process / "cwd").readlink() == folder
    except OSError:
        return False
