"""What an agent decides under a wrong clock, in a process that has one: it gives up no point (promise R7)."""

import datetime
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from leadengine_agent.backup.catalogue import fold_body, iso
from leadengine_agent.backup.chores import clients
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.taking import new_point_id
from leadengine_agent.certificates import CertificateStore
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import BackupPolicy, Copy, LocalTarget, Point
from leadengine_agent.records import Record
from tests.unit.agent.test_wrong_clock import issued
from tests.unit.ctl.builders import a_spec

DAY = 86_400.0
DAYS = 40
CLIENT, DOMAIN = "acme", "leads.acme.com"
LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
CLOCKS = {"-5m": -300, "+5m": 300, "-1d": -DAY, "+1d": DAY, "-365d": -365 * DAY,
          "+365d": 365 * DAY}  # fmt: skip

_DUE = {"+1d", "-365d", "+365d"}
"""A day back, the newest point is of this very moment: none is missing."""


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A host as it lies on its disk: a point a day for forty days, and an authority's certificate."""
    layout, now = HostLayout(tmp_path), time.time()
    stack = layout.stack(CLIENT)
    policy = BackupPolicy(targets=(LocalTarget(folder="/srv/points"),))
    spec = a_spec(CLIENT, DOMAIN).model_copy(update={"backup": policy})
    record = Record(number=1, colour="blue", key="0", release="1.0.0", spec=spec)
    generation = stack.root / "generations" / "1"
    for folder in (generation, stack.certificates, stack.state):
        folder.mkdir(parents=True)
    (generation / "generation.json").write_text(record.model_dump_json())
    stack.current.symlink_to("generations/1")
    pair = issued(datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=30))
    CertificateStore(stack.certificates).install(pair)
    home = BackupHome(layout, CLIENT)
    home.prepare(spec.client_id)
    home.write_note("policy", {"since": now - DAYS * DAY})
    (client,) = clients(layout)
    for age in range(DAYS, 0, -1):
        at = now - age * DAY + 600
        point = Point(id=new_point_id(at), at=iso(at), copies=(Copy(target="local", good=True),))
        client.catalogue().add("point", fold_body(point), at + 60)
    return tmp_path


def decide(host: Path, clock: str = "") -> dict[str, Any]:
    """Have a point taken by the clock, and everything decided that follows."""
    faked = {"LD_PRELOAD": LIBRARY, "FAKETIME": clock, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    done = subprocess.run(
        (sys.executable, "-m", "tests.lab.clock_decisions", str(host), DOMAIN),
        env={**os.environ, **(faked if clock else {})},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("clock", CLOCKS)
def test_no_clock_gives_up_points_or_the_certificate(host: Path, clock: str) -> None:
    (client,) = clients(HostLayout(host))
    before = list(client.history().points)
    wrong = decide(host, clock)
    assert wrong["now"] - time.time() == pytest.approx(CLOCKS[clock], abs=30)
    if clock in _DUE:
        assert wrong["due"], "no point is taken under this clock"
    right = decide(host)
    assert (wrong["certificate"], right["certificate"]) == (False, False)
    # Two weeks of days and some weeks stay by the policy; what is younger than a week in any case.
    for told in (wrong, right):
        assert set(before[-7:]) <= set(told["kept"])
        assert len(told["kept"]) >= 16
    assert {wrong["taken"], right["taken"]} <= set(right["kept"])
    print(f"\n{clock}: {len(right['kept'])} of {len(before) + 2} points are kept")  # noqa: T201
