"""Documents that say what the code says: generated pages, named tests, links."""

import ast
import re
from pathlib import Path

import pytest

from leadengine_ctl.errors import ExitCode
from tools.cli_reference import MEANINGS, TARGET, reference

DOCUMENTS = [Path(name) for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES = [*DOCUMENTS, *sorted(Path("docs").rglob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#]+)?(#[^)]*)?\)")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_the_command_reference_is_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == reference(), "run 'python -m tools.cli_reference'"


def test_every_exit_code_is_explained() -> None:
    assert set(MEANINGS) == set(ExitCode)


def test_every_test_that_a_promise_names_exists() -> None:
    named = TEST.findall(Path("docs/promises.md").read_text(encoding="utf-8"))
    assert len(named) > 20
    for path, name in named:
        assert name in functions(Path(path)), f"{path} has no {name}"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_to_files(page: Path) -> None:
    for target, _anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if target and "://" not in target:
            assert (page.parent / target).exists(), f"{page}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_files_named_in_backticks_exist(page: Path) -> None:
    """A path of this repository that a page names is there."""
    starts = "agent|docs|leadengine_ctl|runtime|templates|tests|tools"
    for name in re.findall(rf"`((?:{starts})/[\w./-]+)`", page.read_text(encoding="utf-8")):
        assert Path(name).exists(), f"{page}: {name}"


def functions(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    }
