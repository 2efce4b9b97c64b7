"""All there is of a client, as one file on this machine."""

import base64
import hashlib
import os
from pathlib import Path
from typing import IO

from leadengine_agent.protocol import (
    PackTenant,
    ParcelResult,
    PieceResult,
    ReadParcel,
)
from leadengine_agent.values import Slug
from leadengine_ctl.errors import LeadEngineError, UsageError
from leadengine_ctl.hosts.base import HostAddress, Transport
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.orders import ask


def export_client(
    world: World, place: tuple[str, str], tenant: Slug | None, file: Path
) -> ParcelResult:
    """Pack a client where it lives, as it is now, and bring the parcel here.

    Args:
        place: the stack, and the address of its host; tenant: None: the stack is the client's own.
        file: is there when all of it is, for its owner alone.

    Raises:
        UsageError: there is such a file.
        LeadEngineError: it cannot be packed, or what came is not what was packed.
    """
    if file.exists():
        raise UsageError(f"{file} is there already", "It is not replaced.", "Name another file.")
    stack, host = place
    with world.open_host(HostAddress.parse(host)) as opened:
        order = PackTenant(client=stack, tenant=tenant)
        packed = ParcelResult.model_validate(ask(opened, world.actor, order))
        draft = file.with_name(f".{file.name}.part")
        draft.unlink(missing_ok=True)
        try:
            with os.fdopen(
                os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as out:
                _bring(world, opened, stack, packed, out)
            draft.rename(file)
        finally:
            draft.unlink(missing_ok=True)
            # Behind its end: it goes from the host as well.
            ask(opened, world.actor, ReadParcel(client=stack, offset=packed.size))
    world.record("client.export", tenant or stack, detail=f"{packed.rows} rows")
    return packed


def _bring(world: World, host: Transport, stack: str, packed: ParcelResult, out: IO[bytes]) -> None:
    found = hashlib.sha256()
    offset = 0
    while offset < packed.size:
        answer = ask(host, world.actor, ReadParcel(client=stack, offset=offset))
        piece = base64.b64decode(PieceResult.model_validate(answer).data)
        if not piece:
            break
        found.update(piece)
        out.write(piece)
        offset += len(piece)
    if found.hexdigest() != packed.sha256:
        raise LeadEngineError(
            "What came is not what was packed",
            "The client was packed again by somebody else meanwhile, or the host lost a part.",
            "Run the same command again.",
        )
