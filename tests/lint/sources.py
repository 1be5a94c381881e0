"""What the lint tests look at: our C files, and how a complaint is made."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ("producer", "dispatcher", "retrier", "recorder", "api", "cli")
FOLDERS = ("common", *PROGRAMS, "bench")


def files(*suffixes, folders=FOLDERS):
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in suffixes:
                yield file


def lines(file):
    """(number, text) of each line."""
    return enumerate(file.read_text().splitlines(), start=1)


def finish(complaints):
    """complaints: (file, line, text)."""
    for file, line, text in complaints:
        print(f"{file.relative_to(ROOT)}:{line}: {text}")
    sys.exit(1 if complaints else 0)
