"""Whether what a route is about is among a person's clients."""

from leadengine_ctl.fleet.store import Store
from leadengine_ctl.operations.jobs import ROLLOUT
from leadengine_ctl.panel.door.rules import About
from leadengine_ctl.panel.door.visitor import Visitor


def is_within(store: Store, visitor: Visitor, about: About, params: dict[str, str]) -> bool:
    """True when it is, and when the person may see all clients.

    Raises:
        NotFoundError: there is no such thing, for those who may see all.
    """
    if visitor.scope is None or about is About.NOTHING:
        return True
    if about is About.ALL:
        return False
    mine = [visitor.person.may_touch(each) for each in clients_of(store, about, params)]
    return any(mine) if about is About.HOST else bool(mine) and all(mine)


def clients_of(store: Store, about: About, params: dict[str, str]) -> tuple[str, ...]:
    """The clients that a thing belongs to.

    A rollout of others' clients is nobody's business; a host is anybody's who has a client there.
    """
    match about:
        case About.CLIENT:
            return (params["client"],)
        case About.OPERATION:
            return (_client_of_operation(store, params["operation"]),)
        case About.ROLLOUT:
            return tuple(each.client for each in store.rollouts.targets(params["rollout"]))
        case About.HOST:
            return tuple(each.slug for each in store.clients.on(params["host"]))
    return ()


def _client_of_operation(store: Store, operation: str) -> str:
    job = store.jobs.find(operation)
    if job is not None and job.verb != ROLLOUT:
        return job.subject
    return store.operations.get(operation).client
