"""Sections cut at sentences into passages short enough to be an answer's source."""

import re
from collections.abc import Iterable, Iterator

from leadengine.knowledge.reading import Section

LONGEST = 900
"""Characters of a passage: about two hundred word pieces."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])|\n")


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line break ends one as well."""
    return [part for part in map(str.strip, _SENTENCE_END.split(text)) if part]


def cut(sections: Iterable[Section]) -> Iterator[Section]:
    """Passages: whole sections where they are short, else runs of their sentences."""
    for section in sections:
        run: list[str] = []
        for sentence in _bounded(sentences(section.text)):
            if run and sum(map(len, run)) + len(run) + len(sentence) > LONGEST:
                yield Section(section.heading, "\n".join(run))
                run = []
            run.append(sentence)
        if run:
            yield Section(section.heading, "\n".join(run))


def _bounded(parts: Iterable[str]) -> Iterator[str]:
    """What has no end of a sentence for too long is cut where a word ends, or anywhere."""
    for part in parts:
        rest = part
        while len(rest) > LONGEST:
            at = rest.rfind(" ", 1, LONGEST)
            at = at if at > 0 else LONGEST
            yield rest[:at].strip()
            rest = rest[at:].strip()
        yield rest
