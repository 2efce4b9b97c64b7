"""The pixel is strictly typed, small, and takes a client ID in exactly one place."""

import gzip
import json
from pathlib import Path

import pytest

from leadengine.tracking.pixel import PLACEHOLDER
from tests.web.conftest import WEB, Npm

BUDGET = 6 * 1024


@pytest.fixture(scope="module")
def built(npm: Npm, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The pixel as the image builds it."""
    path = tmp_path_factory.mktemp("pixel") / "pixel.js"
    done = npm("run", "build", "--", f"--outfile={path}")
    assert done.returncode == 0, done.stdout + done.stderr
    return path.read_bytes()


def test_types_are_strict_and_hold(npm: Npm) -> None:
    done = npm("run", "check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_pixel_is_small(built: bytes) -> None:
    assert len(gzip.compress(built, 9)) <= BUDGET


def test_client_id_has_one_place(built: bytes) -> None:
    assert built.count(PLACEHOLDER.encode()) == 1


def test_lock_names_no_registry() -> None:
    assert '"resolved"' not in (WEB / "package-lock.json").read_text()


def test_image_and_lock_build_with_the_same_esbuild() -> None:
    pinned = json.loads((WEB / "package.json").read_text())["devDependencies"]["esbuild"]
    assert f"'esbuild={pinned}-*'" in Path("runtime/Dockerfile").read_text()
