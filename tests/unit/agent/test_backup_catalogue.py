"""The catalogue: what somebody changed in it or in the storage does not go unseen."""

import json
from pathlib import Path

import pytest

from leadengine_agent.backup.catalogue import Catalogue, fold_body
from leadengine_agent.backup.history import History, fold
from leadengine_agent.protocol import Copy, Point, Verification

FIRST, SECOND, THIRD = (f"20261126t03150{number}-000{number}" for number in range(3))


def point(name: str, *good: bool) -> Point:
    copies = tuple(
        Copy(target=f"t{number}", good=each, why="" if each else "it is gone")
        for number, each in enumerate(good)
    )
    return Point(id=name, at="2026-11-26T03:15:00+00:00", copies=copies)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(tmp_path / "catalogue.jsonl", "password")


def history(catalogue: Catalogue) -> History:
    return fold(catalogue.entries())


def filled(catalogue: Catalogue) -> Path:
    for name in (FIRST, SECOND, THIRD):
        catalogue.add("point", fold_body(point(name, True)))
    return catalogue._path


def test_entries_come_back_in_their_order(catalogue: Catalogue) -> None:
    filled(catalogue)
    assert list(history(catalogue).points) == [FIRST, SECOND, THIRD]
    assert catalogue.trouble() == ""
    assert history(catalogue).chain[0] == 3


def test_half_a_line_of_a_power_cut_hides_nothing(catalogue: Catalogue) -> None:
    path = filled(catalogue)
    with path.open("a") as file:
        file.write('{"number": 4, "bef')
    catalogue.add("failed", {"why": "x"})
    assert catalogue.trouble() == ""
    assert history(catalogue).failures == 1


@pytest.mark.parametrize("line", range(3))
@pytest.mark.parametrize("harm", ["gone", "changed", "swapped", "other key"])
def test_a_changed_catalogue_is_told(
    catalogue: Catalogue, line: int, harm: str, tmp_path: Path
) -> None:
    path = filled(catalogue)
    head = history(catalogue).chain
    lines = path.read_text().splitlines()
    match harm:
        case "gone":
            del lines[line]
        case "changed":
            lines[line] = lines[line].replace("03:15", "04:15")
        case "swapped":
            lines[line], lines[line - 1] = lines[line - 1], lines[line]
        case "other key":
            entry = json.loads(lines[line])
            other = Catalogue(tmp_path / "other", "another password")
            lines[line] = other.add("point", entry["body"]).model_dump_json()
    path.write_text("\n".join(lines) + "\n")
    # Whoever cuts off the end is found out by those who remember its number and hash.
    assert catalogue.trouble() or history(catalogue).chain != head


def test_good_here_and_failed_there_is_neither_good_nor_failed(catalogue: Catalogue) -> None:
    catalogue.add("point", fold_body(point(FIRST, True, True)))
    catalogue.add("point", fold_body(point(SECOND, True, False)))
    found = history(catalogue)
    assert [each.id for each in found.complete] == [FIRST]
    assert [each.id for each in found.good] == [FIRST, SECOND]
    assert found.why == "t1: it is gone"
    assert found.failures == 1


def test_a_vanished_point_is_an_alarm_until_it_is_not_kept(catalogue: Catalogue) -> None:
    filled(catalogue)
    catalogue.add("gone", {"point": THIRD, "target": "t0"})
    found = history(catalogue)
    assert found.alarms == [f"the point {THIRD} has vanished from 't0'"]
    assert THIRD not in [each.id for each in found.good]
    catalogue.add("expired", {"points": [THIRD]})
    assert history(catalogue).alarms == []


def test_what_vanished_from_a_storage_that_was_given_up_is_past(catalogue: Catalogue) -> None:
    filled(catalogue)
    catalogue.add("gone", {"point": THIRD, "target": "t0"})
    found = history(catalogue)
    assert found.alarms_at(["t0", "t1"]) == tuple(found.alarms) != ()
    assert found.alarms_at(["t1"]) == ()


def test_a_clock_that_went_back_is_an_alarm_until_it_is_right(catalogue: Catalogue) -> None:
    catalogue.add("point", fold_body(point(FIRST, True)), at=2_000_000_000)
    catalogue.add("point", fold_body(point(SECOND, True)), at=1_900_000_000)
    assert "clock" in history(catalogue).alarms[0]
    assert list(history(catalogue).points) == [FIRST, SECOND]
    catalogue.add("point", fold_body(point(THIRD, True)), at=2_000_000_100)
    assert history(catalogue).alarms == []


def test_a_failed_drill_is_an_alarm_until_one_there_succeeds(catalogue: Catalogue) -> None:
    filled(catalogue)
    drill = Verification(client="acme", point=FIRST, target="t0", at="now", equal=False)
    catalogue.add("drill", fold_body(drill))
    assert FIRST in history(catalogue).alarms[0]
    good = drill.model_copy(update={"equal": True, "point": THIRD})
    catalogue.add("drill", fold_body(good))
    found = history(catalogue)
    assert found.alarms == []
    assert found.points[THIRD].verified_at == "now"
    assert found.points[FIRST].verified_at == ""
