"""Processes that outlive the command that started them. A process is known by its id and its start time, so that a
recycled id is never signalled."""

import os
import pathlib
import signal
import subprocess
import time

PROC = pathlib.Path("/proc")


def start_time(pid):
    """Clock ticks from boot to its start, or None when there is no such process or only its zombie. A zombie that still
    has threads holds on to its ports, and counts as a process."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
        if fields[0] in "ZX" and len(os.listdir(PROC / str(pid) / "task")) <= 1:
            return None
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(fields[19])


def spawn(command, log, environment=None, user=None):
    """Starts a process in a session of its own with its output appended to a log; what identifies it."""
    options = {"user": user, "group": user, "extra_groups": []} if user else {}
    with open(log, "ab") as output:
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                   env={**os.environ, **(environment or {})}, start_new_session=True, cwd="/", **options)
    return {"pid": process.pid, "started": start_time(process.pid)}


def is_alive(identity):
    return bool(identity) and start_time(identity["pid"]) == identity["started"] is not None


def send(identity, number):
    if is_alive(identity):
        try:
            os.kill(identity["pid"], number)
        except ProcessLookupError:
            pass


def wait_gone(identity, seconds):
    deadline = time.monotonic() + seconds
    while is_alive(identity):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def stop(identity, polite=signal.SIGTERM, seconds=75):
    """Asks politely, then insists. True when it went by itself."""
    send(identity, polite)
    send(identity, signal.SIGCONT)  # somebody may have stopped it
    if wait_gone(identity, seconds):
        return True
    send(identity, signal.SIGKILL)
    wait_gone(identity, 10)
    return False
