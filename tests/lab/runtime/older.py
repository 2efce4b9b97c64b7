"""The runtime before the newest migration, from the repository's own history."""

import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from tools.images import Image, build

VERSIONS = "runtime/leadengine/migrations/versions"
SUITE = ("test_events.py", "test_accounts_pages.py", "test_isolation.py")


def newest_migration() -> str:
    return sorted(Path(VERSIONS).glob("[0-9]*.py"))[-1].name


def before_newest_migration() -> str:
    """The latest commit whose code knows all migrations but the newest.

    A clone without history cannot say: `git fetch --unshallow` brings it.
    """
    known = {path.name for path in Path(VERSIONS).glob("[0-9]*.py")} - {newest_migration()}
    for commit in _git("rev-list", "HEAD"):
        there = {Path(path).name for path in _git("ls-tree", "--name-only", commit, f"{VERSIONS}/")}
        if {name for name in there if name[0].isdigit()} == known:
            return commit
    raise AssertionError(f"no commit knows all but {newest_migration()}, or the history is cut off")


def _git(*words: str) -> list[str]:
    return subprocess.run(
        ("git", *words), check=True, capture_output=True, text=True
    ).stdout.split()


def older_tree(folder: Path) -> Path:
    """Everything as it was then; only its migrations are today's."""
    words = ("git", "archive", "--format=tar", before_newest_migration())
    archive = subprocess.run(words, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    assert not (folder / VERSIONS / newest_migration()).exists()
    shutil.rmtree(folder / "runtime/leadengine/migrations")
    here = Path("runtime/leadengine/migrations")
    shutil.copytree(here, folder / here, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def build_older(tree: Path) -> None:
    """Images of the older code, under names of their own; its tests ask for these."""
    for role in ("api", "worker"):
        build(Image(f"leadengine/older-{role}:dev", str(tree / "runtime"), target=role), "older")
    for file in (tree / "tests/lab/runtime").glob("*.py"):
        text = file.read_text().replace("leadengine/{role}:dev", "leadengine/older-{role}:dev")
        file.write_text(text.replace("leadengine/api:dev", "leadengine/older-api:dev"))
    (tree / "tools/images.py").write_text("# Its images are there already.\n")


def run_its_tests(tree: Path) -> subprocess.CompletedProcess[str]:
    """The older code's own tests of its api and worker, on today's schema."""
    tests = [f"tests/lab/runtime/{name}" for name in SUITE]
    words = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    return subprocess.run(words, cwd=tree, check=False, capture_output=True, text=True)
