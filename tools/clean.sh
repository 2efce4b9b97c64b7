#!/bin/sh
# Removes what building and testing left: build/ (but not the data of a running demo), caches, the lab's containers, superseded images.
# The Python environment, the demo and other clients on this machine stay.
set -eu

find build -mindepth 1 -maxdepth 1 ! -name demo ! -name uv -exec rm -rf {} + 2>/dev/null || true
rm -rf dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

docker version >/dev/null 2>&1 || exit 0
for container in $(docker ps --all --quiet --filter label=leadengine.lab); do
    docker rm --force --volumes "$container" >/dev/null
done
docker network prune --force --filter label=leadengine.lab >/dev/null
for volume in $(docker volume ls --quiet --filter label=leadengine.lab); do
    docker volume rm "$volume" >/dev/null
done
docker image prune --force --filter label=leadengine.inputs >/dev/null
