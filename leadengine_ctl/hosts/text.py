"""Words that came from a machine are data: made harmless before a person sees them."""

import unicodedata

_KEPT = 300


def plain(data: bytes | str, limit: int = _KEPT) -> str:
    """One line without control and direction characters, at most `limit` characters."""
    text = data.decode(errors="replace") if isinstance(data, bytes) else data
    visible = (" " if unicodedata.category(char).startswith(("C", "Z")) else char for char in text)
    line = " ".join("".join(visible).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def last_lines(data: bytes, count: int = 10) -> tuple[str, ...]:
    """The last lines that say something."""
    lines = (plain(line) for line in data[-64_000:].splitlines())
    return tuple([line for line in lines if line][-count:])
