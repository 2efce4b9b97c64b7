"""U1: five updates of one stack while visitors are at work, and not one request fails."""

import time
from pathlib import Path

import pytest

from leadengine_agent.protocol import ImageName
from tests.lab.editions import variant
from tests.lab.load.report import keep_report, report
from tests.lab.load.running import Load, load_on
from tests.lab.load.summary import Summary
from tests.lab.operator import Operator
from tests.lab.stack import Stack
from tests.lab.updating import Updating
from tests.lab.vps import Vps

CLIENT = "busy"
DOMAIN = "leads.busy.test"
RATE = 100.0
"""Requests a second, what two cores bear that also run the stack, the update and other tests."""

SOAK_RATE = 200.0
BASELINE = 20.0
BAKE = 8
STREAMS = 5
NGINX = "stack/nginx.conf.j2"
PAUSE = 15.0
"""Seconds that nobody has to wait longer than, whatever is replaced."""

ASKED_AGAIN = 20
"""Requests, of about five thousand, that may meet a connection in the moment it is closed."""

BACK_WITHIN = 5.0
"""Seconds within which a stream that was ended has to be open again."""


@pytest.fixture(scope="module")
def updates(lab_operator: Operator, stocked_vps: Vps) -> Updating:
    """A live stack on its first edition."""
    updates = Updating(lab_operator, Stack(stocked_vps, CLIENT, DOMAIN), bake=BAKE)
    updates.begin()
    stocked_vps.weigh_as_rented()
    return updates


@pytest.mark.parametrize(
    ("rate", "least", "pause"),
    [(RATE, 20_000, 1.0), pytest.param(SOAK_RATE, 120_000, 80.0, marks=pytest.mark.soak)],
)
def test_five_updates_fail_no_request(
    updates: Updating, tmp_path: Path, rate: float, least: int, pause: float
) -> None:
    updates.spans.clear()
    with load_on(updates.stack, tmp_path, rate, streams=STREAMS) as load:
        load.has_run(BASELINE)
        for _ in range(5):
            updates.bring_edition()
            time.sleep(pause)
        load.has_run(least / rate + 1)
    summary = _kept(load, updates, f"updates-{least}")
    assert len(summary.requests) >= least
    assert not summary.failures, summary.lines()
    assert not summary.blackouts(BACK_WITHIN)
    load.assert_settled()


@pytest.mark.parametrize("part", ["redis", pytest.param("db", marks=pytest.mark.soak)])
def test_what_stands_around_the_api_is_replaced_while_requests_wait(
    updates: Updating, tmp_path: Path, part: ImageName
) -> None:
    """Not blue and green: there is a pause. It is short, and what comes meanwhile waits."""
    updates.spans.clear()
    with load_on(updates.stack, tmp_path, RATE, streams=STREAMS) as load:
        load.has_run(5)
        image = variant(f"next-{part}", updates.newest.release.images[part])
        updates.bring(updates.publish({part: image}))
        time.sleep(3)
    assert updates.stack.containers()[part]["Image"] == image.digest
    _assert_nobody_failed(load, updates, f"update-of-{part}")


def test_a_changed_configuration_of_nginx_costs_no_more_than_a_second_question(
    updates: Updating, tmp_path: Path
) -> None:
    """nginx before 1.27.4 closes kept connections when it reads its configuration: on one of them a
    question may be on its way. Browsers ask it again; we count it."""
    updates.spans.clear()
    template = updates.newest.files[NGINX]
    changed = template.replace("keepalive_timeout 65s;", "keepalive_timeout 66s;")
    assert changed != template
    with load_on(updates.stack, tmp_path, RATE, streams=STREAMS) as load:
        load.has_run(5)
        updates.bring(updates.publish({}, files={NGINX: changed}))
        time.sleep(3)
    summary = _kept(load, updates, "update-of-configuration")
    assert not [each for each in summary.failures if not each.asked_again], summary.lines()
    assert len(summary.failures) <= ASKED_AGAIN
    load.assert_settled()


def _assert_nobody_failed(load: Load, updates: Updating, name: str) -> None:
    summary = _kept(load, updates, name)
    assert not summary.failures, summary.lines()
    assert not summary.blackouts(BACK_WITHIN)
    assert summary.percentile(1.0) <= PAUSE
    load.assert_settled()


def _kept(load: Load, updates: Updating, name: str) -> Summary:
    """What a valid run came to; the report is kept in any case."""
    summary = load.summary()
    keep_report(name, report(summary, updates.spans, load.cost()))
    summary.demand_validity()
    return summary
