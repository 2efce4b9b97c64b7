"""How good retrieval is, in the numbers everybody uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.lab.runtime.library import Question

Answer = Mapping[str, Any]
"""A line of `leadengine-admin try-questions`."""
WAYS = ("dense", "lexical", "hybrid")


@dataclass(frozen=True)
class Measured:
    """One way of finding on the golden set.

    Attributes:
        p95: milliseconds, the best try of each question: three for both ways together, else one.
        quiet: the same on a machine that does nothing else: by how much longer than its processor
            time a piece of work took beside each question.
    """

    recall: float
    rank: float
    p95: float
    quiet: float


@dataclass(frozen=True)
class Quoted:
    """What visitors would read without a model."""

    hit: float
    false_refusal: float
    refusal: float


def place_of(source: str, sources: Sequence[str]) -> int:
    return sources.index(source) + 1 if source in sources else 0


def measured(way: str, questions: Sequence[Question], answers: Sequence[Answer]) -> Measured:
    places = [
        place_of(question.source, answer[way]["sources"])
        for question, answer in zip(questions, answers, strict=True)
    ]
    times = [min(answer[way]["ms"]) for answer in answers]
    busy = sum(answer["busy"] for answer in answers) / len(answers)
    return Measured(
        recall=sum(0 < place <= 5 for place in places) / len(places),
        rank=sum(1 / place for place in places if 0 < place <= 10) / len(places),
        p95=p95(times),
        quiet=p95(times) / busy,
    )


def p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def quoted(
    questions: Sequence[Question],
    answers: Sequence[Answer],
    nothing_known: Sequence[Answer],
) -> Quoted:
    pairs = list(zip(questions, answers, strict=True))
    return Quoted(
        hit=sum(one.expected in answer["answer"] for one, answer in pairs) / len(pairs),
        false_refusal=sum(not answer["answered"] for _, answer in pairs) / len(pairs),
        refusal=sum(not answer["answered"] for answer in nothing_known) / len(nothing_known),
    )


def table(found: Mapping[str, Measured], said: Quoted) -> str:
    """Side by side, for people."""
    rows = [f"{'':10}{'recall@5':>10}{'MRR@10':>10}{'p95 ms':>10}{'if idle':>10}"]
    rows += [
        f"{way:10}{one.recall:>10.3f}{one.rank:>10.3f}{one.p95:>10.1f}{one.quiet:>10.1f}"
        for way, one in found.items()
    ]
    rows.append(
        f"quotations: hit {said.hit:.3f}, false refusal {said.false_refusal:.3f},"
        f" refusal of what nobody knows {said.refusal:.3f}"
    )
    return "\n".join(rows)
