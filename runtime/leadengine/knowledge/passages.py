"""Sections cut at sentences into passages short enough for the model that has to see all of them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from leadengine.knowledge.reading.section import BETWEEN, Section

LONGEST = 170
"""Word pieces of a passage's own text; its heading and its overlap come on top."""
_OVERLAP = 28
_HEADING = 48
_LONGEST_LETTERS = 900
_MOST_VIEWS = 12

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(£$€])|\n")

Measure = Callable[[str], int]
"""How many word pieces a text has."""


def by_letters(text: str) -> int:
    """A measure where there is no model: four letters and a half, about."""
    return -(-2 * len(text) // 9)


@dataclass(frozen=True)
class Passage:
    """A piece of a section.

    Attributes:
        section: number of the section in its document; passages of one section belong together.
        context: what is said just before it, for the model alone.
    """

    section: int
    heading: str
    text: str
    context: str = ""

    def views(self) -> list[str]:
        """What becomes vectors: all of it with what came before, and each of its sentences by itself.

        A question is mostly about one sentence, whose sense the whole would blur.
        """
        whole = "\n".join(filter(None, (self.heading, self.context, self.text)))
        parts = sentences(self.text)[:_MOST_VIEWS]
        alone = parts if len(parts) > 1 else []
        return [whole, *("\n".join(filter(None, (self.heading, part))) for part in alone)]


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line break ends one as well."""
    return [part for part in map(str.strip, _SENTENCE_END.split(text)) if part]


def cut(sections: Iterable[Section], measure: Measure = by_letters) -> Iterator[Passage]:
    """Passages: whole sections where they are short, else runs of their sentences."""
    for number, section in enumerate(sections):
        heading = _short(section.heading, measure)
        before: Sequence[str] = ()
        for run in _runs(section.text, measure):
            yield Passage(number, heading, "\n".join(run), " ".join(_last(before, measure)))
            before = run


def _runs(text: str, measure: Measure) -> Iterator[list[str]]:
    run: list[str] = []
    size = 0
    for sentence in _bounded(sentences(text), measure):
        pieces = measure(sentence)
        if run and size + pieces > LONGEST:
            yield run
            run, size = [], 0
        run.append(sentence)
        size += pieces
    if run:
        yield run


def _last(sentences: Sequence[str], measure: Measure) -> list[str]:
    """The end of the passage before, as far as there is room for it."""
    kept: list[str] = []
    room = _OVERLAP
    for sentence in reversed(sentences):
        room -= measure(sentence)
        if room < 0:
            break
        kept.insert(0, sentence)
    return kept


def _short(heading: str, measure: Measure) -> str:
    """A path of headings that leaves room for the text: its end says more than its beginning."""
    while measure(heading) > _HEADING:
        _, between, rest = heading.partition(BETWEEN)
        heading = rest if between else heading[: len(heading) * 3 // 4]
    return heading


def _bounded(parts: Iterable[str], measure: Measure) -> Iterator[str]:
    """What has no end of a sentence for too long is cut where a word ends, or anywhere."""
    for part in parts:
        rest = part
        while piece := rest[:_LONGEST_LETTERS]:
            pieces = measure(piece)
            if len(piece) == len(rest) and pieces <= LONGEST:
                yield rest
                break
            most = len(piece) if pieces <= LONGEST else max(1, len(piece) * LONGEST // (pieces + 1))
            at = piece.rfind(" ", 1, most)
            at = at if at > 0 else most
            if kept := rest[:at].strip():
                yield kept
            rest = rest[at:].strip()
