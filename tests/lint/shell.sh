#!/usr/bin/env bash
# shellcheck over every shell script. SC2164: all of them run with errexit, so a failed cd ends them.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
grep -rlE '^#!.*bash|^# shellcheck shell' .ci tools tests deploy | grep -v __pycache__ | xargs shellcheck -x -e SC2164
