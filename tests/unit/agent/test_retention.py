"""Releases go when nothing on the host can need them any more."""

import os
from pathlib import Path

import pytest

from leadengine_agent.activation.retention import prune_releases
from leadengine_agent.generations import Generations
from leadengine_agent.layout import HostLayout
from tests.unit.agent.builders import TEMPLATES, a_release, a_spec

LONG_AGO = (1_000_000_000.0, 1_000_000_000.0)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HostLayout:
    """A host with three old releases, the first of which its stack runs."""
    program = tmp_path / "bin/docker"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/said\ntest ! -e {tmp_path}/held\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    found = HostLayout(tmp_path / "leadengine")
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        keep(found, version)
    stack = found.stack("acme")
    stack.create()
    Generations(stack).prepare(a_release("1.0.0"), TEMPLATES, a_spec(), "key")
    return found


def keep(host: HostLayout, version: str) -> None:
    folder = host.release(version)
    folder.mkdir(parents=True)
    (folder / "release.json").write_text(a_release(version).model_dump_json())
    os.utime(folder, LONG_AGO)


def versions(host: HostLayout) -> list[str]:
    return sorted(path.name for path in host.releases.iterdir())


def test_what_a_generation_needs_stays(host: HostLayout) -> None:
    assert prune_releases(host) == 2
    assert versions(host) == ["1.0.0"]


def test_what_was_brought_today_stays(host: HostLayout) -> None:
    os.utime(host.release("1.2.0"))
    prune_releases(host)
    assert versions(host) == ["1.0.0", "1.2.0"]


def test_an_image_that_another_release_uses_stays(host: HostLayout, tmp_path: Path) -> None:
    other = a_release("1.1.0")
    worker = other.images["worker"].model_copy(update={"digest": "sha256:" + "f" * 64})
    changed = other.model_copy(update={"images": {**other.images, "worker": worker}})
    (host.release("1.1.0") / "release.json").write_text(changed.model_dump_json())
    os.utime(host.release("1.1.0"), LONG_AGO)
    prune_releases(host)
    assert (tmp_path / "said").read_text() == f"image rm sha256:{'f' * 64}\n"


def test_a_release_whose_image_is_still_held_stays(host: HostLayout, tmp_path: Path) -> None:
    shared = a_release("1.0.0").images
    held = shared["worker"].model_copy(update={"digest": "sha256:" + "f" * 64})
    changed = a_release("1.1.0").model_copy(update={"images": {**shared, "worker": held}})
    (host.release("1.1.0") / "release.json").write_text(changed.model_dump_json())
    os.utime(host.release("1.1.0"), LONG_AGO)
    (tmp_path / "held").touch()
    prune_releases(host)
    assert versions(host) == ["1.0.0", "1.1.0"]
