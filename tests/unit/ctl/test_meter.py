"""Bytes under way are told with their rate."""

import pytest

from leadengine_agent.protocol import StepState
from leadengine_ctl.cli.progress import Meter, size
from leadengine_ctl.operations.base import Happening


def carried(step: str, done: int, total: int = 0) -> Happening:
    return Happening("an-operation", step, StepState.STARTED, done=done, total=total)


def test_a_meter_says_how_much_of_how_much_and_how_fast() -> None:
    times = iter((0.0, 2.0, 3.0))
    meter = Meter(lambda: next(times))
    assert meter.text(carried("backup/upload", 0, 400_000_000)) == "0 B of 400.0 MB"
    assert meter.text(carried("backup/upload", 100_000_000, 400_000_000)) == (
        "100.0 MB of 400.0 MB, 50.0 MB/s"
    )
    assert meter.text(carried("restore/fetch", 5_000, 2_000)) == "5.0 kB"


def test_a_step_without_bytes_has_none() -> None:
    assert Meter().text(carried("prepare/engine", 0)) == ""


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (999, "999 B"), (1_250_000_000, "1.2 GB")])
def test_sizes_read_as_people_say_them(count: int, text: str) -> None:
    assert size(count) == text
