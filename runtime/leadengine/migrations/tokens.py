"""SQL as words: just enough to tell statements and their parts from each other."""

import re
from collections.abc import Iterable, Iterator, Sequence

Words = tuple[str, ...]
"""One statement, or a part of one; what is not quoted stands in capital letters."""

_TOKEN = re.compile(
    r"""
    (?P<blank> \s+ | --[^\n]* | /\*.*?\*/ )
  | (?P<quoted> '(?:[^']|'')*' | "(?:[^"]|"")*" | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ )
  | (?P<word> [A-Za-z_][\w$]* | \d[\w.]* | :: | . )
    """,
    re.VERBOSE | re.DOTALL,
)


def statements(sql: str) -> Iterator[Words]:
    """Each statement of a text, without comments; an empty one is left out."""
    yield from filter(None, split(_words(sql), ";"))


def split(words: Iterable[str], separator: str) -> Iterator[Words]:
    """Cut at each separator that stands outside all brackets."""
    part: list[str] = []
    depth = 0
    for word in words:
        depth += (word in "([") - (word in ")]")
        if word == separator and depth == 0:
            yield tuple(part)
            part = []
        else:
            part.append(word)
    yield tuple(part)


def starts(words: Sequence[str], *pattern: str) -> bool:
    """Whether the words begin like this."""
    return tuple(words[: len(pattern)]) == pattern


def after(words: Words, *pattern: str) -> Words:
    """The rest behind these words, if they stand at the beginning; else all."""
    return words[len(pattern) :] if starts(words, *pattern) else words


def readable(words: Words) -> str:
    """The beginning of a statement, for a person."""
    text = re.sub(r"\s+", " ", " ".join(words)).replace(" ,", ",")
    return text if len(text) <= 100 else text[:97] + "..."


def _words(sql: str) -> Iterator[str]:
    for found in _TOKEN.finditer(sql):
        if found["quoted"]:
            yield found["quoted"]
        elif found["word"]:
            yield found["word"].upper()
