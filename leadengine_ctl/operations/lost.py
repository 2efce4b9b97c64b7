"""A machine that is lost for good: when it may be forgotten without being asked."""

from leadengine_agent.protocol import Inspect
from leadengine_ctl.errors import HostUnreachableError, NotAllowedError
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.destroy import DestroyRequest, destroy_request


def lost_request(
    world: World, client: str, *, forced: bool = False, keep_server: bool = False
) -> DestroyRequest:
    """Forget a stack whose machine does not answer and never will.

    Args:
        forced: also one whose data was there alone, without a last recovery point.

    Raises:
        NotFoundError: there is no such stack.
        NotAllowedError: its machine answers; or its data was there alone, and it is not forced.
    """
    request = destroy_request(world, client, last_point=False, keep_server=keep_server)
    record = world.store.clients.find(client)
    if request.lost or record is None:
        return request
    if record.spec.beside is None and not forced:
        raise _only_there(record)
    silence = why_silent(world, HostAddress.parse(request.host))
    return request.model_copy(update={"lost": silence, "last_point": False})


def why_silent(world: World, address: HostAddress) -> str:
    """Why the machine cannot be talked to.

    Raises:
        NotAllowedError: it can.
    """
    try:
        world.ask(address, Inspect())
    except (HostUnreachableError, NotAllowedError) as error:
        # Another machine may have its address by now: it shows another key.
        return f"{error.what}. {error.why}".strip()
    raise NotAllowedError(
        f"{address.name} is not lost: it answers",
        "What is on it would go on serving, and nobody would know of it.",
        "Destroy what is on it first, without --lost.",
    )


def _only_there(record: ClientRecord) -> NotAllowedError:
    name = record.slug
    return NotAllowedError(
        f"{name} is not forgotten: no other machine serves it",
        "No last recovery point can be taken on a machine that is lost.",
        f"Bring it back first: lectl restore {name} --keys FOLDER --to HOST. "
        f"To give it up: lectl destroy {name} --lost --without-backup",
    )
