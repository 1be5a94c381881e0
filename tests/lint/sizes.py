"""Nothing that a reader would trip over: functions up to 70 lines and complexity 20, files up to 500 (hard 800) and 250."""

import subprocess

from sources import ROOT, files, finish

FUNCTION_LINES, COMPLEXITY, SOURCE_LINES, HEADER_LINES = 70, 20, 800, 250

complaints = []
for file in files(".c", ".h"):
    count = len(file.read_text().splitlines())
    limit = SOURCE_LINES if file.suffix == ".c" else HEADER_LINES
    if count > limit:
        complaints.append((file, 1, f"{count} lines, more than {limit}: is there more than one noun inside?"))

sources = [str(file) for file in files(".c")]
measured = subprocess.run(["pmccabe", *sources], capture_output=True, text=True, check=True).stdout
for row in measured.splitlines():
    modified, _, _, first, length, place = row.split("\t")
    file, name = ROOT / place.split("(")[0], place.split()[-1]
    if int(length) > FUNCTION_LINES:
        complaints.append((file, int(first), f"{name} has {length} lines, more than {FUNCTION_LINES}"))
    if int(modified) > COMPLEXITY:
        complaints.append((file, int(first), f"{name} has complexity {modified}, more than {COMPLEXITY}"))
finish(complaints)
