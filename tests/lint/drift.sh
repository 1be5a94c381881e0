#!/usr/bin/env bash
# docs/settings.md and docs/metrics.md say what the tables in the programs say.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
fresh="$(mktemp -d)"
trap 'rm -rf "$fresh"' EXIT
tools/docs release "$fresh"
for name in settings.md metrics.md; do
    diff -u "docs/$name" "$fresh/$name" || { printf 'docs/%s: out of date; run tools/docs\n' "$name" && exit 1; }
done
