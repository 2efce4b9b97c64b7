"""Operations that ended while their process was away: superseded, or failed and not noted."""

from dataclasses import dataclass, field

import pytest

from leadengine_ctl.errors import LeadEngineError, LockedError
from leadengine_ctl.fleet.records import OperationRecord, OperationState
from leadengine_ctl.operations.base import Did, Run, Work, World
from leadengine_ctl.operations.durable import Result, Step
from leadengine_ctl.operations.runner import run
from leadengine_ctl.services import FirstContact, build_world
from tests.unit.ctl.cli import Cli


@dataclass(frozen=True)
class Overtaken:
    """A verb in whose first step another machine takes the client over."""

    name: str = "deploy"
    client: str = "acme"
    host: str = "one"
    params: str = "{}"
    did: list[str] = field(default_factory=list)

    def works(self, run: Run) -> tuple[Work, ...]:
        return Work("first", lambda: self._first(run)), Work("second", self._second)

    def _first(self, run: Run) -> Did:
        operations = run.world.store.operations
        operations.end(run.operation, OperationState.SUPERSEDED, "Superseded by another.")
        self.did.append("first")
        return Did(changed=True)

    def _second(self) -> Did:
        self.did.append("second")
        return Did(changed=True)


@dataclass(frozen=True)
class Plain:
    """A verb that does nothing."""

    name: str = "deploy"
    client: str = "acme"
    host: str = "one"
    params: str = "{}"

    def works(self, _run: Run) -> tuple[Work, ...]:
        return (Work("only", lambda: Did(changed=False)),)


@pytest.fixture
def world(lectl: Cli) -> World:
    return build_world(FirstContact(lambda _address, _key: False))


def test_the_next_step_is_not_taken(world: World) -> None:
    verb = Overtaken()
    with pytest.raises(LockedError, match="A newer operation on acme has taken over"):
        run(world, verb, lambda _happening: None)
    assert verb.did == ["first"]
    (record,) = world.store.operations.recent(2)
    assert (record.state, record.failure) == (OperationState.SUPERSEDED, "Superseded by another.")


def test_what_failed_in_a_killed_process_is_begun_anew(world: World) -> None:
    """Killed after the workflow ended and before the record did: it still says 'running'."""
    operations = world.store.operations
    old = OperationRecord(
        id="20260101-120000-abcdef",
        verb="deploy",
        client="acme",
        host="one",
        params="{}",
        state=OperationState.RUNNING,
        actor="ann@desk",
        started_at="2026-01-01T12:00:00.000+00:00",
    )
    operations.start(old)
    with pytest.raises(LeadEngineError, match="the disk was full"):
        world.durable.run(old.id, "deploy", failing)
    finished = run(world, Plain(), lambda _happening: None)
    assert finished.operation != old.id
    assert {each.id: each.state for each in operations.recent(3)} == {
        old.id: OperationState.FAILED,
        finished.operation: OperationState.DONE,
    }


def failing(_step: Step) -> Result:
    raise LeadEngineError("the disk was full")
