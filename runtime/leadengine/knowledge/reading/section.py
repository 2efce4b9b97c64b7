"""What every reader yields."""

import re
from dataclasses import dataclass

BETWEEN = " \u203a "


class UnreadableError(ValueError):
    """A file cannot be taken in; the text says why, for the person who handed it over."""


@dataclass(frozen=True)
class Section:
    """Text under a heading; `heading` is the path to it, from the title down."""

    heading: str
    text: str


@dataclass(frozen=True)
class Document:
    """A file as it is taken in.

    Attributes:
        answers: its sections are questions with the answer the client wants given.
    """

    title: str
    sections: tuple[Section, ...]
    answers: bool = False


def path(*headings: str) -> str:
    """The way to a section; a heading that repeats the one above says nothing."""
    way: list[str] = []
    for heading in headings:
        for part in heading.split(BETWEEN):
            if part and part not in way[-1:]:
                way.append(part)
    return BETWEEN.join(way)


def tidy(text: str) -> str:
    """One space between words, one line break between paragraphs, nothing invisible."""
    lines = (re.sub(r"\s+", " ", line).strip() for line in _visible(text).splitlines())
    return "\n".join(filter(None, lines))


_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\0]")


def _visible(text: str) -> str:
    """Without what only machines see: marks of direction, zero widths, soft hyphens."""
    return _INVISIBLE.sub("", text)
