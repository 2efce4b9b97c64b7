"""Keep files and functions small: size is a symptom of a missing seam.

A file has at most 300 lines, a function at most 40 without its docstring.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 300
FUNCTION_LINES = 40
ALLOWED = {
    # The whole language between control plane and host, to be read as one page.
    Path("agent/leadengine_agent/protocol.py"),
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files() -> list[Path]:
    argv = ("git", "ls-files", "-co", "--exclude-standard", "*.py")
    names = subprocess.run(argv, check=True, capture_output=True, text=True).stdout.split()
    return [path for path in map(Path, names) if path.exists()]


def lines_of(function: Function) -> int:
    """Count a function's lines without its docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def complaints(path: Path) -> Iterator[str]:
    text = path.read_text()
    if (count := len(text.splitlines())) > FILE_LINES and path not in ALLOWED:
        yield f"{path}: {count} lines, at most {FILE_LINES}: name the missing seam"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function) and (count := lines_of(node)) > FUNCTION_LINES:
            yield f"{path}:{node.lineno}: {node.name} has {count} lines, at most {FUNCTION_LINES}"


def main() -> None:
    found = [line for path in python_files() for line in complaints(path)]
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
