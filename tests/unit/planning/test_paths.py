"""The way to a release: stops are visited, floors are kept, yanked releases are not touched."""

import pytest

from leadengine_ctl.planning.paths import NoWayError, Offer, find_path, newest

PLAIN = (Offer("1.0.0"), Offer("1.1.0"), Offer("1.2.0"), Offer("2.0.0"))


def way(current: str, offers: tuple[Offer, ...]) -> tuple[str, ...]:
    return find_path(current, offers[-1], offers)


def test_nothing_in_between_is_visited_without_need() -> None:
    assert way("1.0.0", PLAIN) == ("2.0.0",)


def test_each_required_stop_is_visited() -> None:
    offers = (*PLAIN[:1], Offer("1.1.0", stop=True), Offer("1.2.0", stop=True), PLAIN[3])
    assert way("1.0.0", offers) == ("1.1.0", "1.2.0", "2.0.0")
    assert way("1.1.0", offers) == ("1.2.0", "2.0.0")


def test_a_floor_is_reached_first() -> None:
    offers = (*PLAIN[:3], Offer("2.0.0", min_from="1.1.0"))
    assert way("1.0.0", offers) == ("1.2.0", "2.0.0")
    assert way("1.1.0", offers) == ("2.0.0",)


def test_a_yanked_release_is_neither_goal_nor_station() -> None:
    offers = (Offer("1.1.0"), Offer("1.2.0", yanked="it is bad"), Offer("2.0.0", min_from="1.1.0"))
    assert way("1.0.0", offers) == ("1.1.0", "2.0.0")
    assert newest((*PLAIN, Offer("3.0.0", yanked="it is bad")), "stable") == PLAIN[3]


def test_a_gap_is_said() -> None:
    with pytest.raises(NoWayError, match=r"no release leads from 1\.0\.0 to 2\.0\.0"):
        way("1.0.0", (Offer("2.0.0", min_from="1.5.0"),))


def test_of_equal_versions_the_later_published_is_newer() -> None:
    builds = (Offer("0.1.0+b", serial=1), Offer("0.1.0+a", serial=2))
    assert newest(builds, "stable") == builds[1]
    assert way("0.1.0+b", builds) == ("0.1.0+a",)


def test_a_channel_offers_its_own() -> None:
    offers = (*PLAIN, Offer("3.0.0", channels=("beta",)))
    assert newest(offers, "stable") == PLAIN[3]
    assert newest(offers, "beta") == offers[-1]
    assert newest(offers, "acme") is None
