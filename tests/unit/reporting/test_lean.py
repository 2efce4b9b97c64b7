"""What an idle reporter does not hold: it has a few megabytes to spare, and each of these takes one."""

import subprocess
import sys

MODULES = ("main", "identity", "spool", "reporting", "orders", "panel")
HEAVY = {
    "inspect",
    "shutil",
    "pydantic",
    "cryptography",
    "asyncio",
    "subprocess",
    "logging",
}


def test_the_reporter_imports_nothing_that_it_can_do_without() -> None:
    words = "; ".join(f"import leadengine_agent.reporter.{name}" for name in MODULES)
    program = f"import sys; {words}; print(*sys.modules)"
    done = subprocess.run(
        (sys.executable, "-I", "-c", program), capture_output=True, text=True, check=True
    )
    assert HEAVY & set(done.stdout.split()) == set()
