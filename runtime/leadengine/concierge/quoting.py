"""Answers taken from passages word for word: nothing is made up, and nobody outside is asked."""

from dataclasses import dataclass

from leadengine.concierge.answers import DONT_KNOW, Answer, Citation
from leadengine.knowledge.passages import sentences
from leadengine.knowledge.ranking import ENOUGH, WITH_VECTORS, Found
from leadengine.knowledge.search import Findings, Retriever

_PASSAGES = 4
_SENTENCES = 3
_NEARLY = 0.8
"""How much worse than the best a further sentence may be."""
_LONGEST_ANSWER = 4


@dataclass(frozen=True)
class _Sentence:
    place: tuple[int, int]
    text: str
    passage: Found
    score: float


async def quote(retriever: Retriever, findings: Findings) -> Answer:
    """The sentences that say most about the question; or that nobody knows."""
    if findings.sure < ENOUGH:
        return Answer(DONT_KNOW, answered=False)
    scored = await _scored(retriever, findings)
    best = max(scored, key=lambda one: one.score)
    if best.passage.passage.answers:
        return _as_written(best.passage)
    beside = [one for one in scored if one.place[0] == best.place[0]]
    near = sorted(beside, key=lambda one: -one.score)[:_SENTENCES]
    kept = sorted(
        (one for one in near if one.score >= _NEARLY * best.score), key=lambda one: one.place
    )
    text = " ".join(one.text for one in kept)
    return Answer(text, answered=True, citations=(citation_of(best.passage, best.text),))


def _as_written(found: Found) -> Answer:
    """What the client wrote as an answer is given as it is."""
    parts = sentences(found.passage.text)[:_LONGEST_ANSWER]
    citation = citation_of(found, found.passage.text)
    return Answer(" ".join(parts), answered=True, citations=(citation,))


async def _scored(retriever: Retriever, findings: Findings) -> list[_Sentence]:
    """Each sentence of the best passages by sense, where it is known, and by words."""
    texts = [
        (number, at, part, found)
        for number, found in enumerate(findings.found[:_PASSAGES])
        for at, part in enumerate(sentences(found.passage.text))
    ]
    said = [f"{found.passage.heading} {part}" for _, _, part, found in texts]
    stems = await retriever.stems(said)
    return [
        _Sentence(
            (number, at),
            part,
            found,
            WITH_VECTORS.dense * found.sense_of(at)
            + WITH_VECTORS.lexical * findings.weights.evidence(words),
        )
        for (number, at, part, found), words in zip(texts, stems, strict=True)
    ]


def citation_of(found: Found, said: str) -> Citation:
    """Where a passage stands, with what it says."""
    passage = found.passage
    return Citation(passage.title, passage.source, passage.url, said[:300])
