"""Every header compiles alone: it includes what its declarations need. The include folders are those of the lint preset."""

import concurrent.futures
import json
import subprocess

from sources import ROOT, files, finish

COMMANDS = ROOT / "build" / "lint" / "compile_commands.json"
FLAGS = ["-std=c17", "-D_GNU_SOURCE", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-x", "c", "-"]


def include_flags():
    """Each -I and -isystem of the build, once."""
    found = []
    for entry in json.loads(COMMANDS.read_text()):
        words = entry["command"].split()
        for index, word in enumerate(words):
            if word.startswith("-I") and [word] not in found:
                found.append([word])
            elif word == "-isystem" and [word, words[index + 1]] not in found:
                found.append([word, words[index + 1]])
    return sum(found, [])


def complaint(header, flags):
    """(file, line, text) when it does not compile; the first thing the compiler says is enough."""
    source = f'#include "{header.relative_to(ROOT)}"\n'
    result = subprocess.run(["clang-14", *flags, *FLAGS], input=source, capture_output=True, text=True, cwd=ROOT)
    errors = [line for line in result.stderr.splitlines() if " error: " in line]
    return None if result.returncode == 0 else (header, 1, errors[0] if errors else result.stderr)


flags = include_flags()
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    finish([found for found in pool.map(lambda header: complaint(header, flags), files(".h")) if found])
