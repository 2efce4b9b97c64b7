"""Waves: cumulative, canaries first, nobody twice and nobody forgotten."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from leadengine_ctl.planning.waves import Waves, apart, split_waves

NAMES = tuple(f"client-{number:02}" for number in range(20))


def sizes(text: str, canaries: int = 0, total: int = 20) -> list[int]:
    names = NAMES[:total]
    found = Counter(split_waves(text, names[:canaries], names[canaries:]).values())
    return [found[number] for number in sorted(found)]


def test_sizes_are_cumulative() -> None:
    assert sizes("1,3,8,100%") == [1, 2, 5, 12]
    assert sizes("1,5%,25%,100%") == [1, 4, 15]
    assert sizes("100%") == [20]
    assert sizes("1,5%,25%,100%", total=1) == [1]
    assert sizes("1,5%,25%,100%", total=0) == []


def test_canaries_are_the_first_wave() -> None:
    assert sizes("1,25%,100%", canaries=2) == [2, 3, 15]
    assert sizes("100%", canaries=1) == [1, 19]


@given(st.lists(st.integers(1, 99), max_size=4).map(sorted), st.integers(0, 20), st.integers(0, 20))
def test_everybody_is_in_one_wave(shares: list[int], canaries: int, total: int) -> None:
    text = ",".join([*(f"{share}%" for share in shares), "100%"])
    found = split_waves(text, NAMES[: min(canaries, total)], NAMES[min(canaries, total) : total])
    assert sorted(found) == list(NAMES[:total])
    assert sorted(set(found.values())) == list(range(1, len(set(found.values())) + 1))


@pytest.mark.parametrize(
    "text", ["", "1", "1,5%", "0,100%", "101%,100%", "x,100%", "1,,100%", "-1,100%"]
)
def test_what_are_no_waves_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Waves).validate_python(text)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), max_size=12))
def test_no_two_of_one_group_are_in_one_wave_and_the_order_stays(
    drawn: list[tuple[int, int]],
) -> None:
    waves = {f"client-{at}": wave for at, (wave, _) in enumerate(sorted(drawn))}
    groups = {f"client-{at}": str(group) for at, (_, group) in enumerate(sorted(drawn)) if group}
    found = apart(waves, groups)
    assert sorted(found) == sorted(waves)
    assert list(found.values()) == sorted(found.values())
    assert not waves or set(found.values()) == set(range(1, max(found.values()) + 1))
    pairs = [(groups[name], wave) for name, wave in found.items() if name in groups]
    assert len(pairs) == len(set(pairs))
    assert all(found[a] < found[b] for a in waves for b in waves if waves[a] < waves[b])
