"""The machines of one hosted stack: what each runs, and wherein it is not as the first one."""

from dataclasses import dataclass

from leadengine_agent.protocol import SecretName
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.configuring import SPEC_KEYS, value_of
from leadengine_ctl.operations.sharing import machines_of
from leadengine_ctl.operations.tenants import hosted_stack


@dataclass(frozen=True)
class Machine:
    """One of them, by the store; none is asked.

    Attributes:
        differs: what is another there than on the first one: keys of its configuration, names of secrets,
            `release`.
    """

    name: str
    host: str
    release: str | None
    differs: tuple[str, ...]


def read_machines(world: World, named: str | None) -> tuple[Machine, ...]:
    """The machines of the stack a person means, the first one first.

    Raises:
        NotFoundError, UsageError: as `hosted_stack`.
    """
    records = machines_of(world, hosted_stack(world, named))
    return tuple(
        Machine(each.slug, each.host, each.release, _differences(records[0], each))
        for each in records
    )


def _differences(first: ClientRecord, other: ClientRecord) -> tuple[str, ...]:
    keys = [key for key in SPEC_KEYS if value_of(first.spec, key) != value_of(other.spec, key)]
    names = sorted({*first.secrets, *other.secrets})
    secrets = [name.value for name in names if _secret(first, name) != _secret(other, name)]
    release = ["release"] if first.release != other.release else []
    return (*keys, *secrets, *release)


def _secret(record: ClientRecord, name: SecretName) -> str:
    found = record.secrets.get(name)
    return found.get_secret_value() if found else ""


def unlike(machine: str, first: str, differs: tuple[str, ...]) -> str:
    """A sentence about a machine that is not as the first one."""
    return f"{machine} is not as {first}: {', '.join(differs)}."


def differing(world: World, records: tuple[ClientRecord, ...]) -> tuple[str, ...]:
    """A sentence for each of these machines that is not as the first one of its stack."""
    first = {each.slug: each for each in world.store.clients.all()}
    sentences = []
    for each in records:
        other = first.get(each.spec.beside.client) if each.spec.beside else None
        differs = _differences(other, each) if other else ()
        if other and differs:
            sentences.append(unlike(each.slug, other.slug, differs))
    return tuple(sentences)
