"""An operation that was overtaken stops before its next step, and stays superseded."""

from dataclasses import dataclass, field

import pytest

from leadengine_ctl.errors import LockedError
from leadengine_ctl.fleet.records import OperationState
from leadengine_ctl.operations.base import Did, Run, Work, World
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
