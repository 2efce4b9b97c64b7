# Every target installs what it needs by itself; `make` alone lists them. The scripts are in tools/.
.DEFAULT_GOAL := help
.PHONY: help setup lock docs engine images lab-packages lab-images check golden test soak bench demo demo-down clean

RUN := .venv/bin
LOCKED := requirements.lock pyproject.toml agent/pyproject.toml runtime/pyproject.toml
EXPORT := build/uv/bin/uv export --quiet --no-emit-workspace --no-header --no-annotate --format requirements-txt

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name text; do printf '  %-14s%s\n' "$$name" "$$text"; done

.venv/ready: $(LOCKED) tools/setup.sh
	@sh tools/setup.sh

setup: .venv/ready  ## python environment in .venv, from requirements.lock

lock: setup  ## choose newer dependencies within pyproject.toml and write requirements.lock
	build/uv/bin/uv lock --quiet
	$(EXPORT) --all-packages --all-groups --output-file requirements.lock
	$(EXPORT) --package leadengine-agent --no-default-groups --output-file agent/requirements.lock
	$(EXPORT) --package leadengine --no-default-groups --output-file runtime/requirements.lock
	$(EXPORT) --package leadengine-ctl --no-default-groups --output-file templates/panel/requirements.lock

docs: setup  ## write docs/reference/cli.md and openapi.json from lectl and the panel themselves
	@$(RUN)/python -m tools.cli_reference

engine:  ## Docker Engine on this machine, installed and started when missing
	@sh tools/engine.sh

images: engine  ## the images of a stack: ours built, the official ones pulled or stood in for
	@python3 tools/images.py

lab-packages:  ## system packages the lab needs
	@sh tools/lab-packages.sh

lab-images: engine
	@python3 tools/images.py --lab

check: setup  ## format, lint, types, arrows, sizes, unit and conformance tests
	@$(RUN)/ruff format --check .
	@$(RUN)/ruff check .
	@$(RUN)/mypy
	@$(RUN)/mypy tests tools
	@$(RUN)/lint-imports
	@$(RUN)/python tools/size_gate.py
	@$(RUN)/pytest -q -n 2 -m "not long"

golden: setup  ## write the expected rendered files anew; read the difference before committing it
	@$(RUN)/python -m tests.cases.write_golden

test: check lab-packages images lab-images  ## all of it, on real engines in the lab; under 45 minutes
	@$(RUN)/pytest -q -m "(lab or long) and not soak" -n 3 --dist loadfile --no-loadscope-reorder --durations=15 tests \
	|| { echo "Tried once more, one at a time: what failed beside others on a busy machine."; \
	     $(RUN)/pytest -q -m "(lab or long) and not soak" --last-failed --last-failed-no-failures none tests; }

soak: lab-packages images lab-images setup  ## the long and the many
	@$(RUN)/pytest -q -m soak --override-ini=timeout=14400 tests

bench: lab-packages images lab-images setup  ## measure the budgets, print them, write docs/bench.md
	@$(RUN)/python -m tests.bench

demo: images setup  ## a live client on this machine, and a page with its snippet
	@$(RUN)/python tools/demo.py up

demo-down: setup  ## remove every trace of the demo
	@$(RUN)/python tools/demo.py down

clean:  ## remove what building and testing left behind
	@sh tools/clean.sh
