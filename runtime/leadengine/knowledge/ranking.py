"""How two orders of passages become one, and how much the best of it says; all of it pure."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

_STEADY = 60
"""Reciprocal rank fusion's constant: how much less the second place is worth than the first."""
_WORDS = 0.8
"""What a place by words is worth beside one by sense."""
_CODES = 2.0
"""A part number that stands in a passage counts as much as both places together."""


@dataclass(frozen=True)
class Passage:
    """A proposed source, with the stems of its words."""

    document_id: UUID
    number: int
    section: int
    title: str
    source: str
    url: str
    answers: bool
    heading: str
    text: str
    words: list[str]

    @property
    def key(self) -> str:
        """What its vectors' ids begin with."""
        return f"{self.document_id}:{self.number}"


@dataclass(frozen=True)
class Found:
    """A passage with what speaks for it.

    Attributes:
        dense: the largest cosine between the question and a view of the passage; 0 without one.
        lexical: share of the question's words it speaks of, rare words weighing more.
        fused: from both places; only good for comparing.
        views: cosines of those of its views that were among the nearest, by number.
    """

    passage: Passage
    dense: float
    lexical: float
    fused: float
    views: Mapping[int, float] = field(default_factory=dict)

    def sense_of(self, sentence: int) -> float:
        """The cosine of one of its sentences; a passage of one sentence has no other view."""
        return self.views.get(sentence + 1, self.views.get(0, 0.0) if sentence == 0 else 0.0)


@dataclass(frozen=True)
class Asked:
    """A word of a question: the stems that say it.

    Attributes:
        common: a word of every firm, such as "sell", which says half as much.
    """

    words: frozenset[str]
    common: bool = False


@dataclass(frozen=True)
class Weights:
    """How much each word of a question says."""

    of: Mapping[Asked, float]

    def evidence(self, words: Collection[str]) -> float:
        """The share of the question that these words speak of."""
        whole = sum(self.of.values())
        spoken = sum(weight for one, weight in self.of.items() if not one.words.isdisjoint(words))
        return spoken / whole if whole else 0.0


def weigh(known: Mapping[Asked, int], passages: int) -> Weights:
    """Weights from the number of passages that know each word; one that none knows weighs most."""
    return Weights(
        {
            one: math.log(1 + (passages + 1) / (count + 0.5)) * (0.5 if one.common else 1.0)
            for one, count in known.items()
        }
    )


_CODE = re.compile(r"\b[A-Za-z]{1,6}[-/.]?[0-9]\w*(?:[-/.]\w+)*\b")


def codes(question: str) -> list[str]:
    """Part numbers and the like, as they were typed."""
    return _CODE.findall(question)


def fuse(
    dense: Sequence[str], lexical: Sequence[str], exact: Collection[str] = ()
) -> dict[str, float]:
    """Reciprocal rank fusion of two orders of ids; `exact` have what was asked for by its number."""
    fused: dict[str, float] = {}
    for order, weight in ((dense, 1.0), (lexical, _WORDS)):
        for place, key in enumerate(order):
            fused[key] = fused.get(key, 0.0) + weight / (_STEADY + place + 1)
    for key in exact:
        fused[key] = fused.get(key, 0.0) + _CODES / (_STEADY + 1)
    return fused


def spread(found: Sequence[Found], most: int) -> list[Found]:
    """The best passages, one for each section: its neighbours come with it anyway."""
    kept: dict[tuple[UUID, int], Found] = {}
    for one in found:
        kept.setdefault((one.passage.document_id, one.passage.section), one)
    return list(kept.values())[:most]


@dataclass(frozen=True)
class Gate:
    """Whether what was found can be an answer: a line through cosine and evidence."""

    dense: float
    lexical: float
    least: float

    def sure(self, found: Sequence[Found]) -> float:
        """From 0 to 1 how sure it is that the best of these answers; 0.5 is enough."""
        if not found:
            return 0.0
        best = max(self.dense * one.dense + self.lexical * one.lexical for one in found[:3])
        return 1 / (1 + math.exp(-(best - self.least)))


ENOUGH = 0.5
WITH_VECTORS = Gate(dense=4.6, lexical=9.1, least=5.5)
"""Fitted on the questions of tests/cases/knowledge."""
BY_WORDS = Gate(dense=0.0, lexical=12.0, least=5.4)
"""Where there is no model: the share of the words alone, from 0.45 on."""
