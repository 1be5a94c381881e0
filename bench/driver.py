# SPDX-License-Identifier: Apache-2.0
"""One run of the benchmark: the floors in three rounds around the product's phases, each phase alone.

The phases: publish with dispatcher and recorder stopped; the dispatcher alone works off the events; the recorder alone
works off the history. So each rate is that of a backlog, and no number depends on who got the core.
"""
import argparse
import json
import signal
import statistics
import subprocess
import sys
import time

from bench.failure import BenchFailure
from bench.intake import publish
from bench.report import result, table
from bench.sink import Sink
from bench.stack import ROOT, Stack, spent_s

SENDERS = ("floor", "libcurl")
STALL_S = 60  # a phase that shows no progress for this long has failed


def say(text):
    print(text, file=sys.stderr, flush=True)


def build(*targets):
    say("building")
    for command in (["cmake", "--preset", "release"], ["cmake", "--build", "--preset", "release", "--target", *targets]):
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise BenchFailure(f"{' '.join(command)} failed:\n{done.stdout[-4000:]}")


class Rounds:
    """The senders measured in turn, several times; the median of each figure counts."""

    def __init__(self, sink, seconds):
        self.sink, self.seconds = sink, seconds
        self.figures = {sender: [] for sender in SENDERS}

    def measure(self):
        for sender in SENDERS:
            say(f"{sender}: {self.seconds:g} s")
            command = [ROOT / f"build/release/bin/bench-{sender}", f"--port={self.sink.port}",
                       f"--seconds={self.seconds}"]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
            if done.returncode != 0:
                raise BenchFailure(f"bench-{sender} ended with {done.returncode}")
            self.figures[sender].append(json.loads(done.stdout))

    def medians(self):
        return {sender: {key: statistics.median(figure[key] for figure in figures) for key in ("per_s", "cpu_us")}
                for sender, figures in self.figures.items()}


def watch(what, count, target, started_s):
    """Asks count() until it reaches the target; returns the rate from the first progress seen to the end."""
    first = last = None
    changed_s = time.monotonic()
    while last is None or last[1] < target:
        now_s, done = time.monotonic(), count()
        if last is None or done != last[1]:
            changed_s = now_s
        last = (now_s, done)
        if first is None and done > 0:
            first = last
        if now_s - changed_s > STALL_S:
            raise BenchFailure(f"{what} stopped at {done:,} of {target:,} for {STALL_S} s")
        time.sleep(0.05)
    if first[1] >= target:  # all done before we looked: a smoke run
        first = (started_s, 0)
    return (last[1] - first[1]) / (last[0] - first[0])


class Product:
    """The running stack with one webhook to the sink."""

    def __init__(self, stack, sink, database):
        self.stack, self.sink, self.database = stack, sink, database
        self.webhook_id = stack.create_webhook(sink.url)["id"]
        self.org_id = database.value(f"SELECT org_id FROM webhooks WHERE id = '{self.webhook_id}'")
        self.published = 0

    def rows(self):
        """Rows of history so far, from the recorder's own offsets: one for each attempt and one for each event."""
        return int(self.database.value("SELECT coalesce(sum(next_offset), 0) FROM kafka_offsets"))

    def publish(self, events):
        started_s = time.monotonic()
        publish(self.stack, self.org_id, self.published, events)
        self.published += events
        return events / (time.monotonic() - started_s)

    def warm_up(self, events):
        """The whole way once, so that what follows measures no first time, and a broken stack shows at once."""
        say(f"warm-up: {events:,} events")
        sent, rows, started_s = self.sink.request_count(), self.rows(), time.monotonic()
        self.publish(events)
        watch("warm-up: deliveries", lambda: self.sink.request_count() - sent, events, started_s)
        watch("warm-up: history", lambda: self.rows() - rows, 2 * events, started_s)

    def deliver(self, events):
        say(f"dispatcher: {events:,} deliveries")
        sent, started_s = self.sink.request_count(), time.monotonic()
        self.stack.start("dispatcher")
        rate = watch("dispatcher", lambda: self.sink.request_count() - sent, events, started_s)
        time.sleep(1)  # the last attempt records and offsets are its work too
        return rate

    def record(self, events):
        say(f"recorder: {2 * events:,} rows")
        rows, started_s = self.rows(), time.monotonic()
        self.stack.start("recorder")
        return watch("recorder", lambda: self.rows() - rows, 2 * events, started_s)

    def check(self):
        """A run in which something was lost, repeated or went the slow way is not a measurement."""
        delivered, all_rows = self.database.value(
            "SELECT count(*) FILTER (WHERE outcome = 'delivered') || ' ' || count(*) FROM attempts"
            f" WHERE webhook_id = '{self.webhook_id}'").split()
        if not int(delivered) == int(all_rows) == self.published:
            raise BenchFailure(f"{self.published:,} events published, but {int(all_rows):,} attempts in the history,"
                               f" {int(delivered):,} of them delivered")


def measure_product(product, rounds, events, warm_up_events):
    product.warm_up(warm_up_events)
    product.stack.stop("dispatcher")
    product.stack.stop("recorder")
    rounds.measure()

    idle = product.stack.usage()
    say(f"publishing {events:,} events")
    rates = {"kafka": product.publish(events)}
    published = product.stack.usage()
    rates["dispatcher"] = product.deliver(events)
    delivered = product.stack.usage()
    rounds.measure()

    resumed = product.stack.usage()
    rates["recorder"] = rates["postgres"] = product.record(events)
    recorded = product.stack.usage()
    memory_kib = product.stack.memory_kib()
    product.check()
    rounds.measure()

    phases = [spent_s(idle, published), spent_s(published, delivered), spent_s(resumed, recorded)]
    programs = {program for phase in phases for program in phase}
    cpu_us = {program: sum(phase.get(program, 0) for phase in phases) / events * 1e6 for program in programs}
    return rates, cpu_us, memory_kib


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tools/bench", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout instead of the table")
    parser.add_argument("--events", type=int, metavar="N", help="events to deliver (200000, with --smoke 2000)")
    parser.add_argument("--smoke", action="store_true", help="everything once, too short to mean anything")
    parser.add_argument("--floors", action="store_true", help="the two floors only; needs no stack")
    arguments = parser.parse_args()
    if arguments.events is not None and not 1 <= arguments.events <= 10_000_000:
        parser.error("--events must be 1 to 10000000")
    return arguments


def run(arguments):
    build(*([f"bench-{sender}" for sender in SENDERS] if arguments.floors else ["all"]))
    events = arguments.events or (2000 if arguments.smoke else 200_000)
    warm_up_events, seconds = (200, 0.2) if arguments.smoke else (5000, 3)
    with Sink() as sink:
        rounds = Rounds(sink, seconds)
        if arguments.floors:
            for _ in range(3):
                rounds.measure()
            return rounds.medians()
        say("starting the stack")
        with Stack() as stack, stack.database() as database:
            product = Product(stack, sink, database)
            return result(rounds, *measure_product(product, rounds, events, warm_up_events))


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwinds, so that nothing is left running
    try:
        figures = run(arguments)
    except BenchFailure as failure:
        say(f"tools/bench: {failure}")
        return 1
    except KeyboardInterrupt:
        return 130
    print(json.dumps(figures) if arguments.json else table(figures))
    return 0
