"""A hosted stack whose data is elsewhere, and the machines that serve it together."""

import hashlib
import secrets

from pydantic import SecretStr

from leadengine_agent.protocol import Identity, SecretName
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.settings import Settings

_OF_THE_DATA = (
    SecretName.DATABASE_ELSEWHERE,
    SecretName.REDIS_ELSEWHERE,
    SecretName.DATA_AUTHORITIES,
    SecretName.SHARED_SECRET,
)
"""What every machine of a stack is handed alike."""


def shared_fields(
    settings: Settings,
    request: DeployRequest,
    old: ClientRecord | None,
    first: ClientRecord | None,
) -> dict[str, object]:
    """The fields of a spec that say whose data a stack serves; they stay as they were."""
    if old is not None:
        spec = old.spec
        return {
            "elsewhere": spec.elsewhere,
            "vectors_url": spec.vectors_url,
            "beside": spec.beside,
        }
    if first is not None:
        identity = Identity(
            client=first.slug, client_id=first.spec.client_id, domain=first.spec.domain
        )
        return {"elsewhere": True, "vectors_url": first.spec.vectors_url, "beside": identity}
    if request.kind != "hosted" or settings.database_elsewhere is None:
        return {}
    return {"elsewhere": True, "vectors_url": settings.vectors_elsewhere}


def secrets_of(
    settings: Settings,
    request: DeployRequest,
    old: ClientRecord | None,
    first: ClientRecord | None,
) -> dict[SecretName, SecretStr]:
    """What a stack is handed: as it was, as the settings say now, and what its machines share."""
    handed = {**(old.secrets if old else {}), **settings.operator_secrets(request.kind)}
    if first is not None:
        shared = {name for name in _OF_THE_DATA if name in first.secrets}
        return handed | {name: first.secrets[name] for name in shared}
    if SecretName.DATABASE_ELSEWHERE in handed:
        handed.setdefault(SecretName.SHARED_SECRET, SecretStr(secrets.token_hex(32)))
    return handed


def id_beside(first: ClientRecord, client: str) -> str:
    """The ID of a machine's own: always the same, so that one that was forgotten can join again."""
    return hashlib.sha256(f"{first.spec.client_id} {client}".encode()).hexdigest()[:24]


def first_for(
    world: World, request: DeployRequest, old: ClientRecord | None
) -> ClientRecord | None:
    """The stack that a deploy's serves beside; None: it serves for itself."""
    beside = request.beside or (old.spec.beside.client if old and old.spec.beside else None)
    return world.store.clients.get(beside) if beside else None


def first_of(world: World, name: str) -> ClientRecord:
    """The stack that another machine is to serve beside.

    Raises:
        NotFoundError: there is none of this name.
        NotAllowedError: its data is on its own machine.
    """
    record = world.store.clients.get(name)
    if record.spec.beside:
        return world.store.clients.get(record.spec.beside.client)
    if record.spec.vectors_url is None or record.release is None:
        raise NotAllowedError(
            f"No other machine can serve beside '{name}'",
            "Its data is on its own machine, or it does not serve yet.",
            "Make a stack whose database, Redis and vectors are elsewhere: LECTL_CLOUD_DATABASE_URL, "
            "LECTL_CLOUD_REDIS_URL, LECTL_CLOUD_VECTORS_URL.",
        )
    return record


def served_as(record: ClientRecord) -> str:
    """The name of the stack that it serves as: its own, or that of the first of its machines."""
    return record.spec.beside.client if record.spec.beside else record.slug


def first_name(world: World, name: str) -> str:
    """Under which name the clients of a hosted stack are known, whichever of its machines is asked."""
    record = world.store.clients.find(name)
    return served_as(record) if record else name


def machines_of(world: World, *records: ClientRecord) -> tuple[ClientRecord, ...]:
    """Every stack with the same data as these, the first one first; a stack for itself is one."""
    stacks: dict[str, list[ClientRecord]] = {served_as(record): [] for record in records}
    for each in world.store.clients.all():
        if (name := served_as(each)) in stacks:
            stacks[name].insert(0 if each.slug == name else len(stacks[name]), each)
    return tuple(each for machines in stacks.values() for each in machines)


def others_of(world: World, record: ClientRecord) -> tuple[str, ...]:
    """The stacks on other machines with the same data, by name."""
    return tuple(each.slug for each in machines_of(world, record) if each.slug != record.slug)
