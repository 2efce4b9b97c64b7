"""The first administrator's sign-in: shown to a person once, then forgotten by the host."""

from leadengine_agent.protocol import Credentials, CredentialsResult, Task
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import client_host
from leadengine_ctl.operations.orders import submit


def take_credentials(world: World, client: str, operation: str) -> CredentialsResult:
    """Read the password from the host, and let the host forget it. It is kept nowhere here.

    Raises:
        NotFoundError: there is no such client.
    """
    with world.open_host(client_host(world, client)) as host:
        found = [
            submit(host, _task(world, client, operation, forget=forget)) for forget in (False, True)
        ]
    world.record("credentials.show", client)
    return CredentialsResult.model_validate(found[0])


def _task(world: World, client: str, operation: str, *, forget: bool) -> Task:
    order = Credentials(client=client, forget=forget)
    return Task(id=f"{operation}-credentials-{int(forget)}", actor=world.actor, order=order)
