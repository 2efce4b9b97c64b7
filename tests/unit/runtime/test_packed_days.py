"""Days in columns: what goes in comes out, and is counted as one would count by hand."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from leadengine.insight.columns import Columns, coded
from leadengine.insight.counting import Tally, count_steps, fulfilling
from leadengine.insight.packing import ONES, Event, Row, identities, pack_trails, pack_visits

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def visit(number: int, visitor: str, **more: object) -> Row:
    known: dict[str, object] = {"id": UUID(int=number), "visitor": visitor, "pages": 1}
    return known | dict.fromkeys(ONES, "") | {"paths": [], "deeds": []} | more


VISITS = (
    visit(1, "ann", source="Google", device="phone", pages=2, paths=["/", "/pricing"]),
    visit(2, "bob", source="Google", device="desktop", paths=["/"], deeds=["Lead Submitted"]),
    visit(3, "ann", source="Direct & co", device="phone", paths=["/pricing"]),
    visit(4, "eve", source="", device="desktop"),
)


def there_and_back(columns: Columns) -> Columns:
    return Columns.of_bytes(columns.to_bytes())


def tallied(filters: Mapping[str, str], *days: Columns) -> Tally:
    tally = Tally()
    for day in days:
        tally.add(day, filters, ("source", "page", "event"))
    return tally


def test_what_is_packed_is_counted() -> None:
    day = there_and_back(pack_visits(VISITS))
    found = tallied({}, day)
    assert (found.visits, found.pages) == (4, 5)
    assert found.visitors(identities([])) == 3
    assert found.ranked(("source", "page", "event"), 10) == {
        "source": [("Google", 2), ("Direct & co", 1)],
        "page": [("/", 2), ("/pricing", 2)],
        "event": [("Lead Submitted", 1)],
    }


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [True, True, True, True]),
        ({"source": "Google"}, [True, True, False, False]),
        ({"page": "/pricing"}, [True, False, True, False]),
        ({"page": "/pricing", "source": "Google"}, [True, False, False, False]),
        ({"event": "Lead Submitted", "device": "desktop"}, [False, True, False, False]),
        ({"source": "nowhere"}, [False, False, False, False]),
    ],
)
def test_filters_all_apply(filters: Mapping[str, str], expected: list[bool]) -> None:
    day = there_and_back(pack_visits(VISITS))
    assert fulfilling(day, filters).tolist() == expected


def test_visitors_of_several_days_and_of_elsewhere_are_the_same_ones() -> None:
    today, tomorrow = pack_visits(VISITS[:2]), pack_visits(VISITS[2:])
    found = tallied({"device": "phone"}, today, tomorrow)
    assert found.visits == 2
    assert found.visitors(identities(["ann", "joe"])) == 2


def test_numbers_from_elsewhere_are_added() -> None:
    found = tallied({}, pack_visits(VISITS))
    found.merge(3, 9, {"source": [("Google", 1), ("Bing", 2)]})
    assert (found.visits, found.pages) == (7, 14)
    assert found.ranked(("source",), 2) == {"source": [("Google", 3), ("Bing", 2)]}


def test_a_day_without_visits_is_a_day() -> None:
    day, trails = there_and_back(pack_visits(())), there_and_back(pack_trails((), ()))
    assert tallied({"page": "/"}, day).visits == 0
    assert Tally().visitors(identities([])) == 0
    assert count_steps(trails, None, ("/", "Lead Submitted")) == [0, 0]


def events(trails: Mapping[int, str]) -> list[Event]:
    """`a b=c` is a, a minute later b, and c at the same moment; capitals are tracked."""
    found = []
    for number, trail in trails.items():
        for minute, together in enumerate(trail.split()):
            for one in together.split("="):
                kind = "track" if one.isupper() else "page"
                at = NOON + timedelta(minutes=minute)
                found.append((UUID(int=number), kind, one, at))
    return found[::-1]


def test_funnel_wants_its_steps_in_order() -> None:
    trails = {1: "/a /b/c LEAD", 2: "/b /a", 3: "/a=/b", 4: "/bc LEAD /a /x /b", 9: "/a /b"}
    packed = there_and_back(pack_trails(VISITS, events(trails)))
    assert count_steps(packed, None, ("/a", "/b", "LEAD")) == [4, 3, 1]
    assert count_steps(packed, None, ("/", "/a")) == [0, 0], "the first page is itself alone"
    assert count_steps(packed, None, ("/a", "/a")) == [4, 4]
    chosen = np.array([True, False, True, False])
    assert count_steps(packed, chosen, ("/a", "/b")) == [2, 2]


def test_many_names_take_wider_numbers() -> None:
    names = [f"/{number}" for number in range(70_000)]
    codes, words = coded(names)
    assert codes.dtype == np.uint32
    assert [words[at] for at in codes[:3]] == names[:3]
    assert coded(names[:200])[0].dtype == np.uint8
