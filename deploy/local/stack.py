"""The services of one stack together: order of start and stop, first-time set-up."""

import concurrent.futures
import subprocess
import time

from deploy.local import layout, process, programs
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.programs import Program

READY_SECONDS = 60
SCOPES = "webhooks:read,webhooks:write,events:write,admin"


class StackError(Exception):
    """Something a person has to look at; the text says what and where."""


class Stack:
    def __init__(self, state):
        self.state = state
        self.kafka = Kafka(state)
        self.postgres = Postgres(state)

    def services(self):
        """Everything in the order of start."""
        names = programs.instance_names(self.state.values.get("dispatchers", 1))
        return [self.kafka, self.postgres, *(Program(self.state, self.postgres, name) for name in names)]

    def select(self, word):
        """The services that a word of the command line means: one of them, or all dispatchers."""
        found = [one for one in self.services() if one.name == word or one.name.startswith(word + ".")]
        if not found:
            known = ", ".join(one.name for one in self.services())
            raise StackError(f"there is no program {word!r} here; there are {known}")
        return found

    # ---- one service

    def is_alive(self, service):
        return process.is_alive(self.state.process(service.name))

    def log(self, service):
        return self.state.logs / f"{service.name}.log"

    def start(self, service):
        """Starts it unless it runs, and waits until it is ready."""
        if not self.is_alive(service):
            try:
                service.prepare()
                identity = process.spawn(service.command(), self.log(service), service.environment, service.user)
            except (OSError, subprocess.CalledProcessError) as error:
                raise StackError(f"{service.name} cannot be started: {error}\n{self.tail(service)}") from error
            self.state.set_process(service.name, identity)
        deadline = time.monotonic() + READY_SECONDS
        while not service.is_ready():
            if not self.is_alive(service):
                raise StackError(f"{service.name} ended while starting:\n{self.tail(service)}")
            if time.monotonic() > deadline:
                raise StackError(f"{service.name} is not ready after {READY_SECONDS} s:\n{self.tail(service)}")
            time.sleep(0.05)

    def stop(self, service):
        """True when it went by itself."""
        went = process.stop(self.state.process(service.name), service.polite_signal)
        self.state.set_process(service.name, None)
        return went

    def tail(self, service, lines=15):
        text = self.log(service).read_text(errors="replace") if self.log(service).exists() else ""
        return "\n".join(f"  {line}" for line in text.splitlines()[-lines:])

    # ---- all of them

    def up(self, say):
        started = time.monotonic()

        def done(what):
            say(f"{time.monotonic() - started:5.1f} s  {what}")

        with concurrent.futures.ThreadPoolExecutor() as pool:
            both = [pool.submit(self.start, service) for service in (self.kafka, self.postgres)]
            for future in both:
                future.result()
            done(f"Kafka on {self.kafka.address}, PostgreSQL on {self.postgres.address}")
            programs.write_settings(self.state, self.kafka)
            self.postgres.create_database()
            topics = pool.submit(self.kt_api, "topics", "ensure")
            self.kt_api("migrate")
            topics.result()
            self.make_token()
            done("schema and topics")
            for future in [pool.submit(self.start, service) for service in self.services()[2:]]:
                future.result()
        done(", ".join(service.name for service in self.services()[2:]) + " are ready")

    def kt_api(self, *words):
        command = [layout.binaries(self.state.values["preset"]) / "kt-api", "--config", programs.settings_file(self.state), *words]
        result = subprocess.run(command, env={"KT_DATABASE_URL": self.postgres.url("owner"), "PATH": "/usr/bin:/bin"},
                                capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if result.returncode != 0:
            raise StackError(f"kt-api {' '.join(words)} failed:\n{result.stdout}{result.stderr}")
        return result.stdout.strip()

    def make_token(self):
        if "token" in self.state.values:
            return
        self.kt_api("organization", "create", "--id", "org_demo", "--name", "Demo")
        self.state.values["token"] = self.kt_api("token", "create", "--org", "org_demo", "--name", "stack", "--scopes", SCOPES)
        self.state.save()

    def down(self, say):
        for service in reversed(self.services()):
            if self.is_alive(service):
                went = self.stop(service)
                say(f"{service.name} stopped" if went else f"{service.name} did not stop by itself and was killed")
