# SPDX-License-Identifier: Apache-2.0
"""The figures of a run, as the object of --json and as a table for people."""

PROGRAMS = ("dispatcher", "recorder", "kafka", "postgres")
TITLES = {"floor": "socket floor", "libcurl": "bare libcurl"}


def result(rounds, rates, cpu_us, memory_kib):
    figures = rounds.medians()
    for program in PROGRAMS:
        figures[program] = {"per_s": round(rates[program]), "cpu_us": round(cpu_us[program], 2)}
    floor_us = figures["floor"]["cpu_us"]
    figures["ratio"] = round(figures["dispatcher"]["cpu_us"] / floor_us, 2)
    figures["system_ratio"] = round(sum(cpu_us.values()) / floor_us, 2)
    figures["memory_kib"] = memory_kib
    return figures


def table(figures):
    floor_us = figures["floor"]["cpu_us"]
    memory_kib = figures.get("memory_kib", {})
    lines = [f"{'':14}{'per second':>12}{'CPU µs':>10}{'× floor':>10}{'peak MiB':>10}"]
    for name in (name for name in ("floor", "libcurl", *PROGRAMS) if name in figures):
        row = figures[name]
        peak = f"{memory_kib[name] / 1024:.1f}" if name in memory_kib else ""
        lines.append(f"{TITLES.get(name, name):14}{row['per_s']:12,.0f}{row['cpu_us']:10.2f}"
                     f"{row['cpu_us'] / floor_us:10.2f}{peak:>10}".rstrip())
    for name in sorted(memory_kib.keys() - set(PROGRAMS)):
        lines.append(f"{name:44}{memory_kib[name] / 1024:12.1f}")
    if "system_ratio" in figures:
        lines.append(f"{'all programs':36}{figures['system_ratio']:10.2f}")
    return "\n".join(lines)
