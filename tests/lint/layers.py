"""Includes point down only: base ← domain ← {config, kafka, store, http} ← service ← programs. kafka, store and http may use
config, for their settings. A program never includes another."""

import re

from sources import PROGRAMS, ROOT, files, finish, lines

BELOW = {
    "base": set(),
    "domain": {"base"},
    "config": {"base", "domain"},
    "kafka": {"base", "domain", "config"},
    "store": {"base", "domain", "config"},
    "http": {"base", "domain", "config"},
    "service": {"base", "domain", "config", "kafka", "store", "http"},
}
INCLUDE = re.compile(r'\s*#\s*include\s*"([^"]+)"')


def owner(path):
    """"common/kafka" → kafka, "retrier/…" → retrier."""
    parts = path.split("/")
    return parts[1] if parts[0] == "common" else parts[0]


def is_allowed(user, used):
    if user == used or user == "bench":
        return True
    if user in PROGRAMS:
        return used in BELOW
    return used in BELOW[user]


complaints = []
for file in files(".c", ".h", ".def"):
    user = owner(str(file.relative_to(ROOT)))
    for number, text in lines(file):
        found = INCLUDE.match(text)
        if not found:
            continue
        if "/" not in found[1]:
            complaints.append((file, number, f'"{found[1]}": include from the root of the repository'))
        elif not is_allowed(user, owner(found[1])):
            complaints.append((file, number, f"{user} may not include {found[1]}"))
finish(complaints)
