"""Which row of the table a request falls under. The table itself is asked, not the framework's routes.

So a route that somebody adds without a row is not reached, whatever the framework would do with it.
"""

import re
from dataclasses import dataclass
from functools import cache

from leadengine_ctl.panel.door.rules import RULES, Rule

_PARAM = re.compile(r"\{(\w+)\}")
_FILES = "/static"


@dataclass(frozen=True)
class Found:
    """A row, with the values of its path."""

    name: str
    rule: Rule
    params: dict[str, str]


def find(method: str, path: str) -> Found | None:
    """The row for a request; a path that stands there letter by letter comes first."""
    wanted = "GET" if method == "HEAD" else method
    if path.startswith(f"{_FILES}/"):
        path = _FILES
    for name, pattern, rule in _compiled():
        verb, _, _ = name.partition(" ")
        if verb == wanted and (match := pattern.fullmatch(path)):
            return Found(name, rule, match.groupdict())
    return None


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str], Rule], ...]:
    """The rows with what they match, those with the fewest parameters first."""
    rows = sorted(RULES.items(), key=lambda row: len(_PARAM.findall(row[0])))
    return tuple((name, _pattern(name.partition(" ")[2]), rule) for name, rule in rows)


def _pattern(path: str) -> re.Pattern[str]:
    parts = _PARAM.split(path)
    words = (
        f"(?P<{part}>[^/]+)" if number % 2 else re.escape(part) for number, part in enumerate(parts)
    )
    return re.compile("".join(words), re.DOTALL)
