"""Generations are numbered, found again after a kill, and never half there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadengine_agent.generations import KEPT, Generations, generation_key
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import Brand
from leadengine_agent.records import Record
from tests.unit.agent.builders import TEMPLATES, a_release, a_spec


@pytest.fixture
def layout(tmp_path: Path) -> StackLayout:
    found = StackLayout(tmp_path / "acme")
    found.create()
    return found


def prepare(layout: StackLayout, key: str) -> tuple[Record, bool]:
    return Generations(layout).prepare(a_release(), TEMPLATES, a_spec(), key)


def go_live(layout: StackLayout, record: Record) -> None:
    rendered = layout.generations / str(record.number) / "nginx.conf"
    (layout.live / "nginx.conf").write_text(rendered.read_text())


def test_the_first_generation_is_blue_and_number_one(layout: StackLayout) -> None:
    record, new = prepare(layout, "key-a")
    assert (record.number, record.colour, new) == (1, "blue", True)
    assert _names(layout) == ["1"]


def test_the_same_input_gives_the_same_generation(layout: StackLayout) -> None:
    first, _ = prepare(layout, "key-a")
    Generations(layout).commit(first)
    assert prepare(layout, "key-a") == (first, False)


def test_the_next_generation_has_the_other_colour(layout: StackLayout) -> None:
    first, _ = prepare(layout, "key-a")
    go_live(layout, first)
    Generations(layout).commit(first)
    second, _ = prepare(layout, "key-b")
    assert (second.number, second.colour) == (2, "green")


def test_a_candidate_is_taken_up_again_after_a_kill(layout: StackLayout) -> None:
    first, _ = prepare(layout, "key-a")
    go_live(layout, first)
    Generations(layout).commit(first)
    candidate, _ = prepare(layout, "key-b")
    go_live(layout, candidate)
    assert prepare(layout, "key-b") == (candidate, False)


def test_an_abandoned_candidate_gives_way_to_a_new_order(layout: StackLayout) -> None:
    first, _ = prepare(layout, "key-a")
    go_live(layout, first)
    Generations(layout).commit(first)
    prepare(layout, "key-b")
    third, new = prepare(layout, "key-c")
    assert (third.number, third.colour, new) == (2, "green", True)
    assert _names(layout) == ["1", "2"]


def test_going_back_to_an_older_key_makes_a_new_generation(layout: StackLayout) -> None:
    for key in ("key-a", "key-b"):
        record, _ = prepare(layout, key)
        go_live(layout, record)
        Generations(layout).commit(record)
    again, new = prepare(layout, "key-a")
    assert (again.number, new) == (3, True)


def test_old_generations_are_forgotten(layout: StackLayout) -> None:
    for index in range(KEPT + 4):
        record, _ = prepare(layout, f"key-{index}")
        Generations(layout).commit(record)
        Generations(layout).prune()
    assert len(_names(layout)) == KEPT + 1


def test_what_killed_runs_left_half_done_is_swept(layout: StackLayout) -> None:
    record, _ = prepare(layout, "key-a")
    Generations(layout).commit(record)
    for leftover in (".0.removed", ".2.new"):
        (layout.generations / leftover / "secrets").mkdir(parents=True)
    Generations(layout).prune()
    assert _names(layout) == ["1"]


def test_the_key_follows_every_input() -> None:
    keys = {
        generation_key(a_release(), a_spec(), "secrets"),
        generation_key(a_release("1.2.4"), a_spec(), "secrets"),
        generation_key(a_release(), a_spec(domain="other.acme.com"), "secrets"),
        generation_key(a_release(), a_spec(), "other"),
    }
    assert len(keys) == 4


def _names(layout: StackLayout) -> list[str]:
    return sorted(path.name for path in layout.generations.iterdir())


def test_what_is_kept_is_told_with_what_a_way_back_would_change(layout: StackLayout) -> None:
    kept = Generations(layout)
    assert kept.earlier() == ()
    first, _ = prepare(layout, "key-a")
    go_live(layout, first)
    kept.commit(first)
    assert kept.earlier() == (), "what serves is not an earlier one"
    painted = a_spec().model_copy(update={"brand": Brand(primary="#123456")})
    second, _ = kept.prepare(a_release(), TEMPLATES, painted, "key-b")
    assert kept.earlier() == (), "a candidate is none either"
    go_live(layout, second)
    kept.commit(second)
    (told,) = kept.earlier()
    assert (told.number, told.release) == (1, first.release)
    assert told.differs == ("brand",)
    assert datetime.now(UTC) - datetime.fromisoformat(told.at) < timedelta(minutes=5)
