"""Who goes when: `1,5%,25%,100%` are cumulative counts and shares of all, canaries come first."""

import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator

_PART = re.compile(r"(\d{1,6})(%?)")


def _check(text: str) -> str:
    parts = [_PART.fullmatch(part) for part in text.split(",")]
    if not all(parts) or any(int(part[1]) < 1 or _is_too_much(part) for part in parts if part):
        message = "waves are counts and shares that grow, as in '1,5%,25%,100%'"
        raise ValueError(message)
    if not f",{text}".endswith(",100%"):
        message = "the last wave has to be '100%', so that nobody is left behind in silence"
        raise ValueError(message)
    return text


def _is_too_much(part: re.Match[str]) -> bool:
    return part[2] == "%" and int(part[1]) > 100


Waves = Annotated[str, AfterValidator(_check)]
"""Cumulative sizes of waves; the last is `100%`."""


def split_waves(text: str, canaries: tuple[str, ...], others: tuple[str, ...]) -> dict[str, int]:
    """Client -> number of its wave, from 1, in the order of the waves.

    Canaries make the first wave, alone. A share is rounded up; a wave that would be empty is left out.
    """
    names = (*canaries, *others)
    sizes = [_size(part, len(names)) for part in text.split(",")]
    ends = [0]
    for end in (len(canaries), *sizes):
        if end > ends[-1]:
            ends.append(min(end, len(names)))
    bounds = [pair for pair in pairwise(ends) if pair[0] < pair[1]]
    return {
        name: number for number, (start, end) in enumerate(bounds, 1) for name in names[start:end]
    }


def apart(waves: Mapping[str, int], groups: Mapping[str, str]) -> dict[str, int]:
    """The same order of waves, with no two of one group in one: whoever else fails holds them up.

    Args:
        groups: client -> its group; who has none is in none with others.
    """
    before: Counter[tuple[int, str]] = Counter()
    places = {}
    for name, wave in waves.items():
        group = groups.get(name, name)
        places[name] = (wave, before[wave, group])
        before[wave, group] += 1
    numbers = {place: number for number, place in enumerate(sorted(set(places.values())), 1)}
    return dict(sorted(((name, numbers[place]) for name, place in places.items()), key=_second))


def _second(pair: tuple[str, int]) -> int:
    return pair[1]


def _size(part: str, total: int) -> int:
    number = int(part.removesuffix("%"))
    return -(-number * total // 100) if part.endswith("%") else number
