#!/usr/bin/env sh
# Format, lint, types and tests of the model build, in a virtual environment of its own: sh models/build/check.sh
set -eu
cd "$(dirname "$0")"
venv="../../.venv"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -e '.[dev]'
"$venv/bin/ruff" format --check .
"$venv/bin/ruff" check .
"$venv/bin/mypy"
"$venv/bin/python" -m pytest -q
