"""The story that tools/demo tells: real events through the real system to a receiver that trusts nothing."""

import argparse
import json
import os
import pathlib
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support import events  # noqa: E402
from support.receiver import Answer, Receiver  # noqa: E402
from support.signatures import verify  # noqa: E402
from support.stack import Stack  # noqa: E402

SAMPLES = ROOT / "deploy" / "demo" / "events.ndjson"
COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(code, text):
    return f"\x1b[{code}m{text}\x1b[0m" if COLOUR else text


def heading(text):
    print(f"\n{paint('1;36', '▌')} {paint(1, text)}", flush=True)


def good(text):
    print(f"  {paint(32, '✓')} {text}", flush=True)


def note(text):
    print(f"    {paint(2, text)}", flush=True)


def shell(stack, *words, **options):
    """Runs kt and shows the line, as one would type it."""
    shown = [word if " " not in word and "{" not in word else f"'{word}'" for word in words]
    print(f"  {paint(33, '$')} kt {' '.join(shown)}", flush=True)
    return stack.kt(*words, **options)


class Story:
    def __init__(self, stack, receiver):
        self.stack, self.receiver = stack, receiver
        self.verified = 0

    def create(self, path, types, *more):
        url = self.receiver.url(path)
        made = shell(self.stack, "webhook", "create", "--url", url, "--events", types, *more, "--json")
        return json.loads(made)

    def verify(self, secret, request):
        verify(secret, request)
        self.verified += 1

    def seven_types(self):
        heading("Seven kinds of events, signed, byte for byte")
        hook = self.create("/siem", "*", "--name", "SIEM")
        lines = [line for line in SAMPLES.read_bytes().splitlines() if line]
        started = time.monotonic()
        shell(self.stack, "events", "publish", "-f", str(SAMPLES.relative_to(ROOT)))
        requests = self.receiver.wait("/siem", len(lines))
        for request in sorted(requests, key=lambda one: one.time):
            self.verify(hook["secret"], request)
            good(f"{request.headers['x-keeptrusts-event']:26} {len(request.body):5} bytes   both signatures verify")
        assert sorted(request.body for request in requests) == sorted(lines), "a body was changed on its way"
        note(f"all there {1000 * (time.monotonic() - started):.0f} ms after the command was typed; "
             "the standardwebhooks library is unmodified")
        return hook

    def failing_endpoint(self):
        heading("An endpoint that fails twice")
        self.receiver.on("/flaky", [Answer(500), Answer(503), Answer(200)])
        hook = self.create("/flaky", "escalation.created", "--name", "Flaky", "--retry", "1,2")
        self.stack.publish(events.envelope("escalation.created"))
        requests = self.receiver.wait("/flaky", 3)
        for before, request in zip([None, *requests], requests):
            self.verify(hook["secret"], request)
            gap = f", {request.time - before.time:.2f} s later" if before else ""
            answer = [500, 503, 200][request.number - 1]
            good(f"attempt {request.headers['x-keeptrusts-attempt']} → {answer}{gap}")
        bodies = {request.body for request in requests}
        assert len(bodies) == 1 and len({request.headers["webhook-id"] for request in requests}) == 1
        assert requests[1].time - requests[0].time >= 1 and requests[2].time - requests[1].time >= 2, "a retry came early"
        return hook

    def rotation(self):
        heading("A new secret, under traffic")
        hook = self.create("/rotating", "gateway.health_changed", "--name", "Rotating")
        stop = threading.Event()
        sent = [0]

        def traffic():
            while not stop.is_set():
                self.stack.publish(events.envelope("gateway.health_changed"))
                sent[0] += 1
                time.sleep(0.02)

        thread = threading.Thread(target=traffic)
        thread.start()
        time.sleep(0.7)
        fresh = json.loads(shell(self.stack, "webhook", "rotate-secret", "--id", hook["id"], "--overlap", "1h", "--json"))["secret"]
        time.sleep(1.5)
        stop.set()
        thread.join()
        requests = self.receiver.wait("/rotating", sent[0])
        both = [request for request in requests if request.headers["x-keeptrusts-signature"].count("v1=") == 2]
        for request in requests:
            self.verify(hook["secret"], request)
        for request in both:
            self.verify(fresh, request)
        assert both and len(requests) == sent[0]
        good(f"{len(requests)} requests; the old secret verifies all of them, the new one the {len(both)} since the change")

    def history(self, *hooks):
        heading("The history")
        for hook in hooks:
            self.stack.wait_for("SELECT count(*) FROM attempts WHERE webhook_id = %s AND outcome = 'delivered'", hook["id"],
                                until=lambda rows: rows[0][0] > 0)
            print(shell(self.stack, "webhook", "deliveries", "--id", hook["id"], "--limit", "8"))

    def tell(self):
        started = time.monotonic()
        siem = self.seven_types()
        flaky = self.failing_endpoint()
        self.rotation()
        self.history(siem, flaky)
        request_count = sum(len(requests) for requests in self.receiver.requests.values())
        attempts = self.stack.wait_for("SELECT count(*), count(*) FILTER (WHERE outcome = 'delivered') FROM attempts",
                                       until=lambda rows: rows[0][0] == request_count)
        return (f"{request_count} requests, {self.verified} signature checks passed, {attempts[0][0]} attempts in the history, "
                f"{attempts[0][1]} delivered, in {time.monotonic() - started:.1f} s")


def try_next(stack):
    heading("Still running. Try next:")
    for line in (f"export KT_STACK_DIR={stack.directory}", 'eval "$(tools/stack env)" && export PATH="$KT_BIN:$PATH"',
                 "kt webhook list", "tools/stack status", "tools/stack logs dispatcher", "tools/stack kill dispatcher   # and start it again",
                 "tools/stack down"):
        print(f"  {line}")


def main():
    arguments = argparse.ArgumentParser(prog="tools/demo")
    arguments.add_argument("--keep", action="store_true", help="leave everything running at the end")
    keep = arguments.parse_args().keep
    stack = Stack(os.environ.get("KT_STACK_DIR", ROOT / ".stack"))
    heading("Kafka, PostgreSQL and six programs")
    stack.show_output = True
    stack.run("reset")
    stack.__enter__()
    done = False
    try:
        with Receiver() as receiver:
            summary = Story(stack, receiver).tell()
            done = True
            print(f"\n{paint('1;32', 'As promised:')} {summary}")
            if keep:
                try_next(stack)
    except (AssertionError, OSError) as error:
        print(f"\n{paint('1;31', 'Not as promised:')} {error}", file=sys.stderr)
    finally:
        if not (keep and done):
            stack.run("reset")
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
