"""The two ways a small program is asked: it must succeed, or it may know."""

from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.hosts.base import Completed, Runner
from leadengine_ctl.hosts.text import last_lines


def check(runner: Runner, argv: tuple[str, ...], what: str, timeout: float = 120) -> Completed:
    """Run a program that has to succeed.

    Raises:
        LeadEngineError: it did not; `what` heads the error, its own last lines follow.
    """
    ended = runner.run(argv, timeout=timeout)
    if ended.code:
        raise failed(ended, what)
    return ended


def failed(ended: Completed, what: str) -> LeadEngineError:
    """The error for a program that ended badly, with its last lines."""
    lines = last_lines(ended.err)
    return LeadEngineError(
        what,
        lines[-1] if lines else f"The program ended with exit code {ended.code}.",
        "Mend the cause, then run the command again: it goes on from there.",
        logs=lines[:-1],
    )


def said(runner: Runner, *argv: str) -> str:
    """What a program printed, trimmed; empty when it failed or is not there."""
    answer = runner.run(argv, timeout=30)
    return answer.out.decode(errors="replace").strip() if answer.code == 0 else ""
