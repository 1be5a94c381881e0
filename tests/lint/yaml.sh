#!/usr/bin/env bash
# yamllint over every YAML file that is part of the source.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
git ls-files -z --cached --others --exclude-standard '*.yaml' '*.yml' |
    xargs -0 yamllint --strict -d '{extends: default, rules: {line-length: disable, document-start: disable,
        braces: disable, commas: disable, comments: {min-spaces-from-content: 1}}}'
