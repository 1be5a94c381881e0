# SPDX-License-Identifier: Apache-2.0
"""A stack of our own, through tools/stack, kt and psql only: what a person could do by hand."""
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile

from bench import processes
from bench.failure import BenchFailure

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Stack:
    """with Stack() as stack: Kafka, PostgreSQL and the programs run until the block ends."""

    def __enter__(self):
        (ROOT / "build").mkdir(exist_ok=True)
        self.folder = tempfile.mkdtemp(prefix="bench-stack.", dir=ROOT / "build")
        self.environment = {**os.environ, "KT_STACK_DIR": self.folder}
        try:
            self._stack("up")
            for line in self._stack("env").splitlines():
                name, _, value = shlex.split(line)[-1].partition("=")
                self.environment[name] = value
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        subprocess.run([ROOT / "tools/stack", "reset"], env=self.environment, stdout=subprocess.DEVNULL, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, command):
        done = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            raise BenchFailure(f"{shlex.join(map(str, command))} ended with {done.returncode}:\n{done.stderr.strip()}")
        return done.stdout

    def _stack(self, *words):
        return self._run([ROOT / "tools/stack", *words])

    def start(self, program):
        self._stack("start", program)

    def stop(self, program):
        self._stack("stop", program)

    def create_webhook(self, url):
        kt = pathlib.Path(self.environment["KT_BIN"]) / "kt"
        return json.loads(self._run([kt, "webhook", "create", "--url", url, "--events", "event.created", "--json"]))

    def usage(self):
        """{program: {pid: CPU seconds}}; programs that run several times are one."""
        usage = {}
        for line in self._stack("pids").splitlines():
            program, pid = line.split()
            usage.setdefault(program.split(".")[0], {})[int(pid)] = processes.cpu_s(int(pid))
        return usage

    def memory_kib(self):
        return {program: sum(map(processes.peak_kib, pids)) for program, pids in self.usage().items()}

    def database(self):
        return Database(self.environment["KT_DATABASE_URL"])


class Database:
    """One psql that stays, so that asking often costs the server next to nothing."""

    def __init__(self, url):
        self.psql = subprocess.Popen(["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", url],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.psql.stdin.close()
        self.psql.wait(timeout=10)
        self.psql.stdout.close()

    def value(self, sql):
        """The one value of a statement that gives exactly one row."""
        try:
            self.psql.stdin.write(sql + ";\n")
            line = self.psql.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise BenchFailure(f"psql gave no answer to: {sql}")
        return line.strip()


def spent_s(before, after):
    """CPU seconds of each program between two usages; a process that was not there before counts whole."""
    return {program: sum(cpu - before.get(program, {}).get(pid, 0) for pid, cpu in pids.items())
            for program, pids in after.items()}
