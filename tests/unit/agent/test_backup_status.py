"""What a state says, and that silence is no success: whoever reads it needs only a clock."""

import itertools
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadengine_agent.backup.catalogue import Catalogue, fold_body, iso
from leadengine_agent.backup.chores import Client, due
from leadengine_agent.backup.due import slot
from leadengine_agent.backup.history import fold
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.status import backup_state
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import (
    Backup,
    BackupPolicy,
    BackupSchedule,
    BackupState,
    Copy,
    LocalTarget,
    Point,
    RestTarget,
    Verify,
)
from leadengine_agent.records import Record
from tests.unit.agent.builders import a_spec

POLICY = BackupPolicy(
    targets=(LocalTarget(folder="/mnt/backup"), RestTarget(url="https://rest.test")),
    schedule=BackupSchedule(every="hourly", drill_days=7),
)


def between_its_moments(now: float) -> str:
    """A client ID whose hourly moment passes neither now nor soon: a test must not meet it half-way."""
    ids = (f"{number:024x}" for number in itertools.count())
    return next(each for each in ids if 1200 < now - (slot(POLICY.schedule, each, now) or 0) < 2400)


class Host:
    """A client with a policy, and nothing that runs."""

    def __init__(self, folder: Path, policy: BackupPolicy = POLICY) -> None:
        # Not when the file was read: in a long run that is an hour before the test.
        self.now = time.time()
        self.layout = HostLayout(folder)
        self.stack = self.layout.stack("acme")
        spec = a_spec(backup=policy, client_id=between_its_moments(self.now))
        self.record = Record(number=1, colour="blue", key="k", release="1.0.0", spec=spec)
        current = self.stack.root / "generations" / "1"
        current.mkdir(parents=True)
        (current / "generation.json").write_text(self.record.model_dump_json())
        self.stack.current.symlink_to("generations/1")
        self.home = BackupHome(self.layout, "acme")
        self.home.prepare(spec.client_id)
        self.home.write_note("policy", {"since": self.now - 30 * 86_400})
        self.catalogue = Catalogue(self.home.catalogue, self.home.password())

    def point(self, age: float, *, local: bool = True, rest: bool = True, number: int = 0) -> None:
        stamp = datetime.fromtimestamp(self.now - age, UTC)
        copies = (
            Copy(target="local", good=local, why="" if local else "the disk is full"),
            Copy(target="offsite", good=rest, why="" if rest else "the storage is gone"),
        )
        name = f"{stamp:%Y%m%dt%H%M%S}-{number:04x}"
        point = Point(id=name, at=iso(self.now - age), copies=copies)
        self.catalogue.add("point", fold_body(point), at=self.now - age)

    def points(self) -> list[str]:
        return list(fold(self.catalogue.entries()).points)

    def state(self) -> BackupState:
        return backup_state(self.layout, self.stack, self.record)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_without_targets_every_state_says_so(tmp_path: Path) -> None:
    assert Host(tmp_path, BackupPolicy()).state().condition == "off"


def test_conditions(host: Host) -> None:
    assert host.state().condition == "waiting"
    host.point(7200)
    assert host.state().condition == "good"
    host.point(3600, rest=False)
    partial = host.state()
    assert partial.condition == "partial"
    assert {target.name: target.good for target in partial.targets} == {
        "local": True,
        "offsite": False,
    }
    assert partial.why == "offsite: the storage is gone"
    assert partial.last_good == iso(host.now - 7200)
    host.point(60, local=False, rest=False)
    assert host.state().condition == "failed"
    host.catalogue.add("failed", {"why": "the database is away"})
    assert host.state().why == "the database is away"
    assert all(not target.good for target in host.state().targets)


@pytest.mark.parametrize("what", ["timer disabled", "agent off"])
def test_silence_is_overdue_by_itself(host: Host, what: str) -> None:
    """Nothing happens any more: the state stays as it was, and its own moment passes."""
    host.point(3 * 3600)
    state = host.state()
    assert state.condition == "good", what
    assert datetime.fromisoformat(state.overdue_after) < datetime.now(UTC)
    host.point(60)
    assert datetime.fromisoformat(host.state().overdue_after) > datetime.now(UTC)


def test_a_failed_or_partial_point_is_no_good_one_for_the_clock(host: Host) -> None:
    host.point(3 * 3600)
    host.point(60, rest=False)
    assert datetime.fromisoformat(host.state().overdue_after) < datetime.now(UTC)


def test_a_clock_that_was_set_back_is_an_alarm(host: Host) -> None:
    host.point(-7200)
    host.point(0, number=1)
    state = host.state()
    assert state.condition == "alarm"
    assert "clock" in state.alarms[0]


def test_a_clock_that_is_right_again_is_forgotten_with_the_next_good_point(host: Host) -> None:
    host.point(-365 * 86400)
    host.point(120, number=1)
    host.point(60, number=2, rest=False)
    assert host.state().condition == "alarm"
    host.point(0, number=3)
    assert host.state().condition == "good"


def test_a_point_that_was_given_up_is_no_alarm_and_no_good_copy(host: Host) -> None:
    host.point(3600)
    host.point(0, number=1)
    lost = host.points()[0]
    host.catalogue.add("gone", {"point": lost, "target": "local"})
    assert host.state().condition == "alarm"
    host.catalogue.add("lost", {"points": [lost], "target": "local"})
    assert host.state().condition == "good"
    first = fold(host.catalogue.entries()).points[lost]
    assert {copy.target: copy.good for copy in first.copies} == {"local": False, "offsite": True}


def test_a_scheduled_order_is_idle_unless_something_is_due(host: Host) -> None:
    backup, verify = Backup(scheduled=True), Verify(scheduled=True)
    assert [client.record.number for client in due(backup, host.layout)] == [1]
    assert due(verify, host.layout) == []
    host.point(0)
    assert due(backup, host.layout) == []
    assert len(due(verify, host.layout)) == 1


def test_a_frozen_stack_is_never_due(host: Host) -> None:
    host.stack.state.mkdir()
    (host.stack.state / "frozen.json").write_text('{"frozen": true}')
    assert due(Backup(scheduled=True), host.layout) == []


def test_a_look_costs_no_reading_of_all_entries(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.point(60)
    first = host.state(), due(Backup(scheduled=True), host.layout)

    def forbidden(_self: Client) -> None:
        raise AssertionError

    monkeypatch.setattr(Client, "history", forbidden)
    assert (host.state(), due(Backup(scheduled=True), host.layout)) == first
