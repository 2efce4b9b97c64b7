"""The same verb for many clients: several hosts at once, the clients of one host one by one."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from leadengine_ctl.errors import LeadEngineError, StoppedError
from leadengine_ctl.operations.base import Happening, Run, Verb, World
from leadengine_ctl.operations.runner import new_id, run_as_part

_PARALLEL = 8


@dataclass(frozen=True)
class Ended:
    """What a verb came to for one client; `error` None: it did what was asked."""

    client: str
    host: str
    operation: str
    data: dict[str, Any] = field(default_factory=dict)
    error: LeadEngineError | None = None


@dataclass(frozen=True)
class Told:
    """Something that happened to one of many clients; `ended`: with this it was over."""

    client: str
    happening: Happening | None = None
    ended: Ended | None = None


Listener = Callable[[Told], None]


def run_many(world: World, verbs: Iterable[Verb], listener: Listener) -> tuple[Ended, ...]:
    """Run each verb to its end, whatever becomes of the others; what each came to, in their order.

    A verb of the same words that was interrupted is taken up again. The listener is called from
    several threads.
    """
    wanted = tuple(verbs)
    hosts: dict[str, list[Verb]] = defaultdict(list)
    for verb in wanted:
        hosts[verb.host].append(verb)

    def serve(mine: list[Verb]) -> list[Ended]:
        return [_run_one(world, verb, listener) for verb in mine]

    pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="many")
    try:
        found = [each for ended in pool.map(serve, hosts.values()) for each in ended]
    except KeyboardInterrupt:
        raise _stopped() from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    by_client = {each.client: each for each in found}
    return tuple(by_client[verb.client] for verb in wanted)


def _stopped() -> StoppedError:
    return StoppedError(
        "Stopped. Hosts finish what they were told already",
        "",
        "Run the same command again: what was begun is taken up.",
    )


def _run_one(world: World, verb: Verb, listener: Listener) -> Ended:
    operation = _take_up(world, verb)
    run = Run(world, operation, lambda event: listener(Told(verb.client, happening=event)))
    try:
        ended = Ended(verb.client, verb.host, operation, run_as_part(run, verb))
    except LeadEngineError as error:
        ended = Ended(verb.client, verb.host, operation, error=error)
    listener(Told(verb.client, ended=ended))
    return ended


def _take_up(world: World, verb: Verb) -> str:
    old = world.store.operations.unfinished(verb.client)
    same = old is not None and (old.verb, old.params) == (verb.name, verb.params)
    return old.id if old is not None and same else new_id()
