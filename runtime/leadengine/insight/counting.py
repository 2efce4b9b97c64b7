"""What a page of numbers shows, counted from packed days; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest

import numpy as np

from leadengine.insight.columns import Column, Columns
from leadengine.insight.packing import LISTS, step_word

Ranking = list[tuple[str, int]]
"""Values and how many visits had them, the most frequent first."""

_NEVER = np.iinfo(np.int32).max


@dataclass
class Tally:
    """The numbers of some days. `names`: by dimension, how many visits had which value."""

    visits: int = 0
    pages: int = 0
    identities: list[Column] = field(default_factory=list)
    names: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, day: Columns, filters: Mapping[str, str], kinds: Sequence[str]) -> int:
        """Count a day's visits that fulfil the filters; returns how many these are."""
        chosen = fulfilling(day, filters)
        number = int(chosen.sum())
        if number:
            self.visits += number
            self.pages += int(day.arrays["pages"][chosen].sum())
            self.identities.append(day.arrays["visitor"][chosen])
            for kind in kinds:
                self.names.setdefault(kind, Counter()).update(_names(day, kind, chosen))
        return number

    def merge(self, visits: int, pages: int, rankings: Mapping[str, Ranking]) -> None:
        """Add what was counted elsewhere."""
        self.visits += visits
        self.pages += pages
        for kind, ranking in rankings.items():
            self.names.setdefault(kind, Counter()).update(dict(ranking))

    def ranked(self, kinds: Sequence[str], rows: int) -> dict[str, Ranking]:
        """The most frequent values of these dimensions, as many as `rows`."""
        return {
            kind: nsmallest(rows, self.names[kind].items(), key=lambda each: (-each[1], each[0]))
            for kind in kinds
            if self.names.get(kind)
        }

    def visitors(self, others: Column) -> int:
        """How many different ones these were, together with others."""
        return len(np.unique(np.concatenate((*self.identities, others))))


def fulfilling(day: Columns, filters: Mapping[str, str]) -> Column:
    """For each visit of the day whether it fulfils all filters."""
    chosen = np.ones(len(day.arrays["pages"]), bool)
    for kind, value in filters.items():
        if value not in day.words[kind]:
            return np.zeros_like(chosen)
        having = day.arrays[kind] == day.words[kind].index(value)
        if kind in LISTS:
            found = np.zeros_like(chosen)
            found[_owners(day.arrays[f"{kind} counts"])[having]] = True
            having = found
        chosen &= having
    return chosen


def _names(day: Columns, kind: str, chosen: Column) -> dict[str, int]:
    if kind in LISTS:
        chosen = np.repeat(chosen, day.arrays[f"{kind} counts"])
    words = day.words[kind]
    numbers = np.bincount(day.arrays[kind][chosen], minlength=len(words))
    return {words[at]: int(numbers[at]) for at in numbers.nonzero()[0].tolist() if words[at]}


def count_steps(trails: Columns, chosen: Column | None, steps: Sequence[str]) -> list[int]:
    """How many of the chosen visits of a day, or of all, got to each step by way of those before."""
    owners, codes = _owners(trails.arrays["counts"]), trails.arrays["steps"]
    moments = trails.arrays["moments"].astype(np.int32)
    everyone = np.zeros(len(trails.arrays["counts"]), np.int32)
    reached = everyone if chosen is None else np.where(chosen, everyone, _NEVER)
    found = []
    for step in steps:
        fitting = np.array([_fits(word, step) for word in trails.words["steps"]], bool)
        there = fitting[codes] & (moments >= reached[owners])
        reached = np.full_like(reached, _NEVER)
        np.minimum.at(reached, owners[there], moments[there])
        found.append(int((reached < _NEVER).sum()))
    return found


def _fits(word: str, step: str) -> bool:
    """A path stands for what is below it, too, except `/`."""
    if not step.startswith("/"):
        return word == step_word("track", step)
    below = step_word("page", step.rstrip("/") + "/")
    return word == step_word("page", step) or (step != "/" and word.startswith(below))


def _owners(counts: Column) -> Column:
    """Of each entry of a column of lists, whose it is."""
    return np.repeat(np.arange(len(counts)), counts)
