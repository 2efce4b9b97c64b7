"""The one error boundary: every error leaves as three sentences and an exit code."""

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from leadengine_ctl.cli import terminal
from leadengine_ctl.errors import ExitCode, LeadEngineError, UsageError

if TYPE_CHECKING:
    from pydantic import ValidationError


def guard(command: Callable[[], object], words: Sequence[str]) -> int:
    """Run a command and return its exit code; `words` are the command line, for its switches."""
    try:
        _check_words(words)
        command()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ExitCode.OK
    except LeadEngineError as error:
        _maybe_trace(words)
        return _tell(error, words)
    except BrokenPipeError:
        return ExitCode.OK
    except Exception as error:  # noqa: BLE001 - the boundary: nothing gets past it
        _maybe_trace(words)
        return _tell(_translated(error), words)
    return ExitCode.OK


def _check_words(words: Sequence[str]) -> None:
    """Refuse what no name, address or option has, before it is echoed to a terminal."""
    if not all(word.isprintable() for word in words):
        raise UsageError(
            "A word of the command line has a character that cannot be printed",
            "Control characters, line breaks and changes of direction are part of no name.",
            "Type the word anew instead of pasting it.",
        )


def _maybe_trace(words: Sequence[str]) -> None:
    if "--debug" in words:
        terminal.say(traceback.format_exc())


def _tell(error: LeadEngineError, words: Sequence[str]) -> int:
    for line in error.logs:
        terminal.say(f"  | {line}")
    terminal.say(f"Error: {_sentence(error.what)}", "bad")
    for text in (error.why, error.hint):
        if text:
            terminal.say(_sentence(text))
    if "--json" in words:
        terminal.put_json(
            {
                "kind": "error",
                "what": error.what,
                "why": error.why,
                "hint": error.hint,
                "exit_code": int(error.exit_code),
            }
        )
    return error.exit_code


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) or "\n" in text else f"{text}."


def _translated(error: Exception) -> LeadEngineError:
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        return _refused(error)
    return LeadEngineError(
        f"lectl met an error of its own ({type(error).__name__})",
        f"The details are in {_write_log()}",
        "Run it again with --debug to see them; what was begun can be resumed.",
    )


def _refused(error: "ValidationError") -> LeadEngineError:
    of_settings = error.title == "Settings"
    lines = []
    for each in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in each["loc"]) or "value"
        shown = _variable(name) if of_settings else name
        lines.append(f"{shown}: {each['msg'].removeprefix('Value error, ')}")
    return UsageError("\n".join(lines))


def _variable(field: str) -> str:
    """The environment variable a setting was read from."""
    full = f"LECTL_{field.removeprefix('LECTL_').upper()}"
    short = full.removeprefix("LECTL_")
    return short if full not in os.environ and short in os.environ else full


def _write_log() -> Path:
    folder = Path.home() / ".local" / "state" / "leadengine"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"error-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.log"
    path.touch(mode=0o600)
    path.write_text(f"lectl {' '.join(sys.argv[1:2])}\n{traceback.format_exc()}", encoding="utf-8")
    return path
