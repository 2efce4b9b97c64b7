"""The scripts are strictly typed, small, and take a client ID in exactly one place."""

import gzip
import json
from pathlib import Path

import pytest

from leadengine.tracking.pixel import BANNER, PLACEHOLDER, RULES
from tests.web.conftest import WEB, Npm

EAGER = 6 * 1024
ALL = 30 * 1024
EMBEDDED = {"embed.js": 3 * 1024, "frame.js": 4 * 1024}
"""What another application's page and the frame in it load; no website of a client does."""


@pytest.fixture(scope="module")
def built(npm: Npm, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The scripts as the image builds them, by name."""
    folder = tmp_path_factory.mktemp("scripts")
    done = npm("run", "build", "--", f"--outdir={folder}")
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_types_are_strict_and_hold(npm: Npm) -> None:
    done = npm("run", "check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_scripts_are_small(built: dict[str, bytes]) -> None:
    sizes = {name: len(gzip.compress(script, 9)) for name, script in built.items()}
    for name, most in EMBEDDED.items():
        assert sizes.pop(name) <= most, name
    assert sizes.keys() == {"pixel.js", "chat.js", "banner.js", "front.js"}
    assert sizes["pixel.js"] <= EAGER, sizes
    assert sum(sizes.values()) <= ALL, sizes


def test_client_id_has_one_place(built: dict[str, bytes]) -> None:
    assert built["pixel.js"].count(PLACEHOLDER.encode()) == 1
    assert built["chat.js"].count(PLACEHOLDER.encode()) == 0


def test_what_the_server_writes_has_one_place_each(built: dict[str, bytes]) -> None:
    assert built["pixel.js"].count(RULES.encode()) == 1
    assert built["banner.js"].count(BANNER.encode()) == 1


def test_nothing_is_made_of_markup() -> None:
    """What visitors and files say reaches a page as text alone."""
    text = "".join(path.read_text() for path in (WEB / "src").glob("*.ts"))
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert word not in text


def test_lock_names_no_registry() -> None:
    assert '"resolved"' not in (WEB / "package-lock.json").read_text()


def test_image_and_lock_build_with_the_same_esbuild() -> None:
    pinned = json.loads((WEB / "package.json").read_text())["devDependencies"]["esbuild"]
    assert f"'esbuild={pinned}-*'" in Path("runtime/Dockerfile").read_text()
