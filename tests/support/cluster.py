"""A PostgreSQL cluster for one run of component tests: own folder, own port, stopped by process id, nothing left behind."""

import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import psycopg

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
SQL = pathlib.Path(__file__).resolve().parents[2] / "sql"


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Cluster:
    """The superuser is postgres; databases belong to the role owner, who is no superuser, as in a managed service."""

    def __init__(self):
        # Root cannot run PostgreSQL: the files then belong to the user postgres, in a place that it can reach.
        self.account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="keeptrusts-component-", dir="/var/tmp"))
        self.port = free_port()
        self.process = None
        self.database_count = 0

    def __enter__(self):
        if self.account:
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
        with open(self.folder.with_suffix(".log"), "wb") as log:
            subprocess.run([BIN / "initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                            "--locale=C.UTF-8", "--no-sync"], stdout=log, stderr=log, check=True, **self.options())
        self.start()
        with self.connect("postgres", "postgres") as connection:
            connection.execute("CREATE ROLE owner LOGIN CREATEROLE")
        return self

    def __exit__(self, *exception):
        self.stop()
        shutil.rmtree(self.folder)
        self.folder.with_suffix(".log").unlink()

    def options(self):
        if not self.account:
            return {"cwd": "/"}
        return {"cwd": "/", "user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def start(self):
        with open(self.folder.with_suffix(".log"), "ab") as log:
            self.process = subprocess.Popen(
                [BIN / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-c", "listen_addresses=127.0.0.1",
                 "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=100"],
                stdout=log, stderr=log, **self.options())
        deadline = time.monotonic() + 20
        while subprocess.run([BIN / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode != 0:
            assert self.process.poll() is None and time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGINT)  # fast: does not wait for sessions
        self.process.wait(timeout=20)

    def url(self, role, database):
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"

    def connect(self, role, database, **options):
        return psycopg.connect(self.url(role, database), autocommit=True, **options)

    def empty_database(self):
        self.database_count += 1
        name = f"test{self.database_count}"
        with self.connect("postgres", "postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER owner")
        return Database(self, name)

    def database(self):
        """With the schema, applied file by file by its owner. That kt-api's own runner does the same is another test."""
        database = self.empty_database()
        with database.connect("owner") as connection:
            connection.execute("CREATE TABLE schema_migrations (number integer)")
            for file in sorted(SQL.glob("*.sql")):
                with connection.transaction():
                    connection.execute(file.read_text())
        return database


class Database:
    def __init__(self, cluster, name):
        self.cluster, self.name = cluster, name

    def url(self, role):
        return self.cluster.url(role, self.name)

    def connect(self, role, **options):
        return self.cluster.connect(role, self.name, **options)

    def rows(self, statement, values=None, role="postgres"):
        with self.connect(role) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []
