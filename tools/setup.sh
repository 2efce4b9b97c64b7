#!/bin/sh
# Makes .venv with everything requirements.lock names and this repository's three distributions, editable.
# An older system python gets a newer one beside it, fetched by uv.
set -eu
. tools/lib.sh

UV=build/uv/bin/uv

if ! [ -x $UV ]; then
    command -v python3 >/dev/null 2>&1 || need_packages python3
    python3 -c 'import ensurepip' 2>/dev/null || need_packages python3-venv
    python3 -m venv build/uv
    build/uv/bin/pip --quiet install 'uv>=0.9,<1'
fi
[ -x .venv/bin/python ] || $UV venv --quiet --python '>=3.11' .venv
$UV pip sync --quiet --require-hashes requirements.lock
$UV pip install --quiet --no-deps --editable . --editable agent --editable runtime
touch .venv/ready
