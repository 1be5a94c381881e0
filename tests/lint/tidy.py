"""clang-tidy over every C file of ours, two at a time, with the compile commands of the lint preset. A file that passed is
looked at again once its preprocessed text has changed; build/lint/tidy remembers."""

import concurrent.futures
import hashlib
import json
import re
import shlex
import subprocess
import sys

from sources import FOLDERS, ROOT

BUILD = ROOT / "build" / "lint"
PASSED = BUILD / "tidy"
RULES = (ROOT / ".clang-tidy").read_bytes()
COMPLAINT = re.compile(r"^/.*: (error|warning): ")


def is_ours(entry):
    return any(entry["file"].startswith(f"{ROOT}/{folder}/") for folder in FOLDERS)


def fingerprint(entry):
    """Of all that clang-tidy will see: the text with its includes and comments, the flags, the rules."""
    command = shlex.split(entry["command"])
    command[command.index("-o"):] = ["-E", "-C", entry["file"]]
    text = subprocess.run(command, cwd=entry["directory"], capture_output=True).stdout
    return hashlib.sha256(RULES + entry["command"].encode() + text).hexdigest()


def complaints(entry):
    mark = PASSED / fingerprint(entry)
    if mark.exists():
        return []
    result = subprocess.run(["clang-tidy-14", "--quiet", "-p", BUILD, entry["file"]], capture_output=True, text=True)
    if result.returncode == 0:
        mark.touch()
        return []
    found = [line for line in result.stdout.splitlines() if COMPLAINT.match(line)]
    return found or [f"{entry['file']}: {result.stderr.strip()}"]


def main():
    PASSED.mkdir(exist_ok=True)
    entries = [entry for entry in json.loads((BUILD / "compile_commands.json").read_text()) if is_ours(entry)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = sorted({line.replace(f"{ROOT}/", "") for lines in pool.map(complaints, entries) for line in lines})
    print("\n".join(found))
    sys.exit(1 if found or not entries else 0)


main()
