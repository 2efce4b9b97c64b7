"""No shell string anywhere: a program is started with a tuple of words or not at all (promise S7)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOTS = ("leadengine_ctl", "agent/leadengine_agent", "runtime/leadengine", "tools")
SSH_ADAPTER = Path("leadengine_ctl/hosts/ssh.py")
"""The one place where words become a line, by shlex.join: the protocol of SSH has only a line."""

STARTERS = {"run", "Popen", "call", "check_call", "check_output"}
SHELLS = {
    "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput",
    "asyncio.create_subprocess_shell", "pty.spawn", "commands.getoutput",
}  # fmt: skip


def problems_in(source: str, path: Path) -> Iterator[str]:
    """What is wrong with a module, each with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            where = f"{path}:{node.lineno}"
            if name in SHELLS:
                yield f"{where} {name} runs a shell"
            if any(word.arg == "shell" for word in node.keywords):
                yield f"{where} {name} takes shell="
            if name.startswith("subprocess.") and name.split(".")[1] in STARTERS:
                yield from _line_for_words(node, where)
            if name in {"shlex.join", "shlex.quote"} and path != SSH_ADAPTER:
                yield f"{where} {name} outside the SSH adapter"


def _line_for_words(node: ast.Call, where: str) -> Iterator[str]:
    first = node.args[0] if node.args else None
    if isinstance(first, ast.JoinedStr | ast.Constant | ast.BinOp):
        yield f"{where} a line where words are wanted"


def modules() -> list[Path]:
    return [path for root in ROOTS for path in sorted(Path(root).rglob("*.py"))]


@pytest.mark.parametrize("path", modules(), ids=str)
def test_module_starts_programs_with_words_only(path: Path) -> None:
    assert list(problems_in(path.read_text(), path)) == []


@pytest.mark.parametrize(
    "source",
    [
        "import subprocess\nsubprocess.run('ls ' + name)",
        "import subprocess\nsubprocess.run(f'ls {name}')",
        "import subprocess\nsubprocess.run(('ls',), shell=True)",
        "import os\nos.system('ls')",
        "import shlex\nshlex.join(words)",
        "import subprocess\nsubprocess.getoutput('ls')",
    ],
)
def test_the_gate_finds_what_it_is_for(source: str) -> None:
    assert list(problems_in(source, Path("planted.py")))
