"""Gates trip on what a visitor would mind, and on what cannot be known."""

import pytest

from leadengine_agent.activation.gates import Seen, ServiceSeen, tripped, unproven
from leadengine_agent.activation.traffic import Sample, parse, sample_of

WELL = ServiceSeen("api-green", running=True, restarts=0, unhealthy=False, out_of_memory=False)
QUICK = Sample(requests=1000, failed=0, median=0.010, p95=0.030)


def seen(new: Sample = QUICK, old: Sample = QUICK, queue_age: float | None = None) -> Seen:
    return Seen(services=(WELL,), new=new, old=old, queue_age=queue_age)


def service(**changes: object) -> Seen:
    values = {"running": True, "restarts": 0, "unhealthy": False, "out_of_memory": False}
    each = ServiceSeen("worker", **(values | changes))  # type: ignore[arg-type]
    return Seen(services=(WELL, each), new=QUICK, old=QUICK)


def test_a_generation_that_serves_as_the_one_before_stays() -> None:
    assert tripped(seen()) == ""
    assert unproven(seen()) == ""


@pytest.mark.parametrize(
    ("look", "reason"),
    [
        (service(running=False), "The service 'worker' does not run."),
        (service(restarts=1), "The service 'worker' ended and was started again."),
        (service(out_of_memory=True), "The service 'worker' used up its memory and was killed."),
        (service(unhealthy=True), "The health check of the service 'worker' fails."),
        (service(ready="no heart beat"), "The service 'worker' is not ready: no heart beat."),
        (
            seen(Sample(requests=100, failed=5, median=0.01, p95=0.03)),
            "5 of 100 requests failed (status 500 and above).",
        ),
        (seen(queue_age=61), "An accepted event has waited 61 s for the worker."),
    ],
)
def test_a_gate_trips_with_its_reason(look: Seen, reason: str) -> None:
    assert tripped(look) == reason


@pytest.mark.parametrize(
    "look",
    [
        seen(Sample(requests=10, failed=2)),
        seen(Sample(requests=1000, failed=10, median=0.01, p95=0.03)),
        seen(Sample(requests=1000, failed=30), old=Sample(requests=1000, failed=20)),
        seen(queue_age=59),
    ],
    ids=["few", "one in a hundred", "as bad before", "short queue"],
)
def test_what_may_be_chance_or_was_so_before_trips_nothing(look: Seen) -> None:
    assert tripped(look) == ""


def test_a_generation_nobody_asked_anything_has_proven_nothing() -> None:
    assert unproven(seen(Sample(requests=2))).startswith("The new generation answered 2")


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (
            Sample(requests=1000, failed=0, median=0.15, p95=0.16),
            "Half of the answers took 150 ms and more; 10 ms before.",
        ),
        (
            Sample(requests=1000, failed=0, median=0.01, p95=0.35),
            "The slowest of 20 answers took 350 ms and more; 30 ms before.",
        ),
        (Sample(requests=1000, failed=0, median=0.09, p95=0.32), ""),
        (Sample(requests=40, failed=0, median=9.0, p95=9.0), ""),
    ],
    ids=["half of them", "the slowest", "a little slower", "too few"],
)
def test_speed_is_judged_at_the_end_of_the_watch(new: Sample, reason: str) -> None:
    assert unproven(seen(new)) == reason
    assert tripped(seen(new)) == ""


def test_what_was_slow_before_may_be_slow() -> None:
    slow = Sample(requests=1000, failed=0, median=0.5, p95=2.0)
    slower = Sample(requests=1000, failed=0, median=1.4, p95=5.9)
    assert unproven(seen(slower, old=slow)) == ""


def test_a_line_of_the_log_is_read_from_its_end() -> None:
    line = "2026-11-22T10:00:00+00:00 GET /a b/c 200 512 0.020 0f3a blue 0.012"
    found = parse("2026-11-22T10:00:00.000000001Z", line)
    assert found is not None
    assert (found.status, found.colour, found.seconds) == (200, "blue", 0.012)


@pytest.mark.parametrize("line", ["", "GET / 200", "[warn] 7#7: a b c d e f g h"])
def test_other_lines_are_passed_over(line: str) -> None:
    assert parse("", line) is None


def test_a_sample_counts_failures_and_times_only_answers() -> None:
    lines = [f"t GET / 200 1 0.1 id green 0.{number:03}" for number in range(1, 101)]
    lines += ["t GET / 502 1 0.1 id green -", "t GET / 499 1 0.1 id green -"]
    found = sample_of(each for each in (parse("", line) for line in lines) if each)
    assert (found.requests, found.failed) == (102, 1)
    assert (found.median, found.p95) == (0.0505, 0.096)
