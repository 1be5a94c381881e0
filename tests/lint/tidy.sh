#!/usr/bin/env bash
# clang-tidy over every C file of ours, two at a time, against the lint preset's compile database. One file a process: given
# several, clang-tidy 14 takes every va_list after the first file for uninitialized.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
find common producer dispatcher retrier recorder api cli -name '*.c' -print0 |
    xargs -0 -n 1 -P 2 clang-tidy-14 --quiet -p build/lint 2>/dev/null
