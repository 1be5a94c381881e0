# SPDX-License-Identifier: Apache-2.0
"""CPU and memory of processes and their children, from /proc."""
import os
import pathlib

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def _stat(pid):
    """The fields after the name, which may hold spaces: [0] is the state, [1] the parent."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def tree(pid):
    """The process and all that descend from it, as far as they live."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parents[int(entry)] = int(_stat(entry)[1])
            except OSError:
                continue  # ended while we looked
    found = [pid]
    for member in found:
        found.extend(child for child, parent in parents.items() if parent == member)
    return found


def cpu_s(pid):
    """CPU seconds of the tree, with the children that have ended and been waited for."""
    ticks = 0
    for member in tree(pid):
        try:
            ticks += sum(map(int, _stat(member)[11:15]))  # utime, stime, cutime, cstime
        except OSError:
            continue  # ended while we looked; its parent has its ticks
    return ticks / TICKS_PER_SECOND


def peak_kib(pid):
    """The peak resident sets of the tree, added up. Pages that processes share count once for each."""
    total = 0
    for member in tree(pid):
        try:
            status = pathlib.Path(f"/proc/{member}/status").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    return total
