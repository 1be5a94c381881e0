#!/usr/bin/env bash
# Looks at every shell script. Left out are SC2164 (all scripts run with errexit, so a failed cd ends them), SC2154 (a sourced file uses its caller's variables) and SC2016 (backquotes in Markdown).
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
grep -rlE '^#!.*bash|^# shellcheck shell' .ci tools tests deploy | grep -v __pycache__ | xargs shellcheck -x -e SC2164,SC2154,SC2016
