"""The only module that prints: data on standard output, talk on standard error."""

import json
import os
import sys
from typing import Any

_TONES = {"good": "\x1b[32m", "bad": "\x1b[31m", "warn": "\x1b[33m"}
_END = "\x1b[0m"


def plain(text: str) -> str:
    """Make text from elsewhere harmless: no control character reaches the terminal."""
    return "".join(char if char in "\n\t" or char.isprintable() else "\ufffd" for char in text)


def say(text: str, tone: str = "") -> None:
    """Talk to the person, on standard error."""
    _print(sys.stderr, text, tone)


def put(text: str, tone: str = "") -> None:
    """Give a line of data, on standard output."""
    _print(sys.stdout, text, tone)


def put_json(value: dict[str, Any]) -> None:
    """Give one JSON object on a line of its own."""
    text = json.dumps(value, ensure_ascii=False)
    # Letters stay letters; what a terminal could obey is escaped, as JSON does with the rest.
    harmless = (char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
    sys.stdout.write("".join(harmless) + "\n")
    sys.stdout.flush()


def put_table(rows: list[tuple[str, ...]], tones: list[str] | None = None) -> None:
    """Give aligned columns; each row's first cell carries its tone."""
    for number, line in enumerate(_aligned(rows)):
        _print(sys.stdout, line, tones[number] if tones else "", whole=False)


def say_table(rows: list[tuple[str, ...]]) -> None:
    """Talk in aligned columns."""
    for line in _aligned(rows):
        _print(sys.stderr, line, "")


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(plain(row[at])) for row in rows) for at in range(len(rows[0]))]
    padded = (
        [plain(cell).ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows
    )
    return ["  ".join(cells).rstrip() for cells in padded]


def ask(question: str) -> str:
    """Ask on standard error, and read one line; empty where nobody can answer."""
    if not sys.stdin.isatty():
        return ""
    sys.stderr.write(plain(question) + " ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def ask_secret(question: str) -> str:
    """Ask for what must not be seen, nor echoed; empty where nobody can answer."""
    if not sys.stdin.isatty():
        return ""
    from getpass import getpass

    return getpass(plain(question) + " ", stream=sys.stderr)


def is_interactive(stream: Any = None) -> bool:
    """True when a person sees what is written there (standard error, unless told)."""
    return (stream or sys.stderr).isatty() and os.environ.get("TERM") != "dumb"


def _print(stream: Any, text: str, tone: str, *, whole: bool = True) -> None:
    text = plain(text)
    if tone in _TONES and is_interactive(stream) and not os.environ.get("NO_COLOR"):
        end = len(text) if whole else text.find("  ")
        text = f"{_TONES[tone]}{text[:end]}{_END}{text[end:]}"
    # Written, not printed by rich: a live line below is redrawn only for what passes through `write`.
    stream.write(text + "\n")
    stream.flush()
