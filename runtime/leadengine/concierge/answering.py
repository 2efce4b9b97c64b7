"""Answers taken from passages word for word, so that nothing is made up."""

from dataclasses import dataclass

from leadengine.database import Connection
from leadengine.knowledge.passages import sentences
from leadengine.knowledge.search import ENOUGH, Found, Weights, search, stems_of, weights

_PASSAGES = 6
_SENTENCES = 2
DONT_KNOW = (
    "I could not find that in what I know about us."
    " Leave your address of mail, and a person will answer."
)


@dataclass(frozen=True)
class Citation:
    """Where an answer comes from."""

    title: str
    source: str


@dataclass(frozen=True)
class Answer:
    """What the visitor reads; `answered` is False when nothing fitting is known."""

    text: str
    answered: bool
    citations: tuple[Citation, ...] = ()


async def answer(connection: Connection, question: str) -> Answer:
    """The best sentences of the best passage; or that nobody knows."""
    weighed = await weights(connection, question)
    found = await search(connection, question, weighed, _PASSAGES)
    if not found or found[0].evidence < ENOUGH:
        return Answer(DONT_KNOW, answered=False)
    best = found[0]
    text = await _best_sentences(connection, best, weighed)
    citation = Citation(best.passage.title, best.passage.source)
    return Answer(text, answered=True, citations=(citation,))


async def _best_sentences(connection: Connection, found: Found, weighed: Weights) -> str:
    """The sentences that speak most of the question, in the order they were written."""
    parts = sentences(found.passage.text)
    stems = await stems_of(connection, parts)
    evidence = [weighed.evidence(words) for words in stems]
    ranked = sorted(range(len(parts)), key=lambda at: -evidence[at])[:_SENTENCES]
    return " ".join(parts[at] for at in sorted(ranked))
