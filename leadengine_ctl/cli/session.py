"""What a command needs to work: the world of operations, and a person to ask."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadengine_agent.values import Frozen
from leadengine_ctl.cli import terminal
from leadengine_ctl.hosts.base import HostAddress, HostKey
from leadengine_ctl.operations.base import Verb, World
from leadengine_ctl.services import Fingerprint, FirstContact, build_world

if TYPE_CHECKING:
    from leadengine_ctl.operations.runner import Finished


@dataclass(frozen=True)
class Session:
    world: World
    as_json: bool

    def run(self, verb: Verb) -> "Finished":
        """Run an operation and show how it goes.

        Raises:
            LeadEngineError: it failed.
        """
        from leadengine_ctl.cli.progress import open_progress
        from leadengine_ctl.operations.runner import run

        with open_progress(as_json=self.as_json) as progress:
            return run(self.world, verb, progress)


class _Trusted(Frozen):
    host_key: Fingerprint | None


def open_session(*, as_json: bool = False, host_key: str | None = None) -> Session:
    """Read the settings and open the store.

    Raises:
        ValidationError: a setting or the fingerprint is refused.
        LeadEngineError: the store cannot be opened.
    """
    fingerprint = _Trusted(host_key=host_key).host_key
    return Session(build_world(FirstContact(_confirm_key, fingerprint)), as_json)


def _confirm_key(address: HostAddress, key: HostKey) -> bool:
    terminal.say(f"{address} is met for the first time. Its key ({key.kind}) is {key.fingerprint}")
    answer = terminal.ask("Compare it with what the host's provider shows. Is it right? [yes/no]")
    return answer.lower() == "yes"
