"""From a day's visits and events to columns; pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

import numpy as np

from leadengine.insight.columns import Column, Columns, coded

FORMAT = 1
"""Counted up when what is packed changes: days of another number are not read, and packed anew."""

ONES = (
    "source",
    "channel",
    "campaign",
    "entry",
    "company",
    "device",
    "browser",
    "system",
    "locale",
)
"""What a visit has one of."""

LISTS = {"page": "paths", "event": "deeds"}
"""What a visit has several of, and the column of `visits` with all of them."""

Row = Mapping[str, object]
Event = tuple[UUID, str, str, datetime]
"""Of which visit, its type, what it is about, and when."""

_MOST_MOMENTS = 65_535


def pack_visits(visits: Sequence[Row]) -> Columns:
    """One number for each visit in most columns; of lists how many there are, and which."""
    arrays: dict[str, Column] = {
        "visitor": identities(str(one["visitor"]) for one in visits),
        "pages": np.array([one["pages"] for one in visits], np.int32),
    }
    words = {}
    for kind in ONES:
        arrays[kind], words[kind] = coded(str(one[kind]) for one in visits)
    for kind, column in LISTS.items():
        lists = [_list(one[column]) for one in visits]
        arrays[f"{kind} counts"] = np.array([len(each) for each in lists], np.int32)
        arrays[kind], words[kind] = coded(name for each in lists for name in each)
    return Columns(arrays, words)


def pack_trails(visits: Sequence[Row], events: Iterable[Event]) -> Columns:
    """What was done in each visit, in its order; what happened at once has the same moment."""
    trails: dict[object, list[tuple[datetime, str]]] = {one["id"]: [] for one in visits}
    for visit, kind, subject, at in events:
        if visit in trails:
            trails[visit].append((at, step_word(kind, subject)))
    words, moments = [], []
    for trail in trails.values():
        trail.sort()
        words += [word for _, word in trail]
        moments += _moments([at for at, _ in trail])
    codes, names = coded(words)
    counts = np.array([len(trail) for trail in trails.values()], np.int32)
    arrays = {"counts": counts, "steps": codes, "moments": np.array(moments, np.uint16)}
    return Columns(arrays, {"steps": names})


def step_word(kind: str, subject: str) -> str:
    """A page and something tracked may have the same name."""
    return f"{kind} {subject}"


def identities(visitors: Iterable[str]) -> Column:
    """A number for each visitor, the same for the same one on every day."""
    digests = b"".join(blake2b(one.encode(), digest_size=8).digest() for one in visitors)
    return np.frombuffer(digests, "<u8")


def _list(value: object) -> Sequence[str]:
    return value if isinstance(value, list) else ()


def _moments(times: Sequence[datetime]) -> list[int]:
    found, number = [], 0
    for at, before in zip(times, (None, *times), strict=False):
        number += before is not None and at > before
        found.append(min(number, _MOST_MOMENTS))
    return found
