"""Wait for servers: at their provider, and until they let us in."""

import time
from collections.abc import Callable
from typing import TypeVar

from leadengine_ctl.errors import HostUnreachableError, LeadEngineError
from leadengine_ctl.operations.base import World
from leadengine_ctl.providers.base import Provider, Server, ServerState

Value = TypeVar("Value")

_STEP = 0.01
"""Time between two looks, as a part of the patience for clouds: a second, unless told otherwise."""


def wait_for(
    world: World, provider: Provider, server: str, wanted: Callable[[Server], bool], what: str
) -> Server:
    """Look until a server is as wanted.

    Raises:
        LeadEngineError: it was not, within the deadline for boots, or is gone.
    """
    deadline = time.monotonic() + world.settings.boot_deadline
    while True:
        found = provider.find(server)
        if found is None:
            raise LeadEngineError(
                f"The server {server} is gone",
                f"{provider.name} does not know it any more: somebody deleted it there.",
                "Forget it with 'lectl host delete', then run this again.",
            )
        if wanted(found):
            return found
        if time.monotonic() > deadline:
            raise _too_slow(world, found.name, f"{provider.name} still says '{found.state}'", what)
        time.sleep(world.clouds.patience.seconds * _STEP)


def is_running(server: Server) -> bool:
    """True when it runs and has an address."""
    return server.state is ServerState.RUNNING and bool(server.address)


def wait_to_enter(world: World, name: str, attempt: Callable[[], Value]) -> Value:
    """Try until a booting server lets us in.

    Raises:
        HostUnreachableError: it did not, within the deadline for boots.
        NotAllowedError: it shows another key than the one it was given.
    """
    deadline = time.monotonic() + world.settings.boot_deadline
    while True:
        try:
            return attempt()
        except HostUnreachableError as error:
            if time.monotonic() > deadline:
                raise _too_slow(world, name, f"{error.what}. {error.why}", "let us in") from error
        time.sleep(world.clouds.patience.seconds * _STEP)


def _too_slow(world: World, name: str, seen: str, what: str) -> HostUnreachableError:
    seconds = world.settings.boot_deadline
    return HostUnreachableError(
        f"The server {name} did not {what} within {seconds:.0f} s",
        seen.rstrip(".") + ".",
        f"Run the same command again to go on waiting, or give it back: lectl host delete {name}",
    )
