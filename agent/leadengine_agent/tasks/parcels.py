"""A client as a file of the host: packed by the api that serves it, carried in pieces, unpacked by another.

A parcel is a client's data in clear. It lies in the stack's own folder, which is root's alone, until
whoever carries it says that it arrived: what was killed meanwhile is done again.
"""

import base64
import gzip
import hashlib
import json
import tempfile
from pathlib import Path
from typing import IO, Any

from leadengine_agent.docker import DockerError, stream
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure, not_found
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import (
    PARCEL_PIECE,
    ArrivedResult,
    FailureCode,
    PackTenant,
    ParcelResult,
    PieceResult,
    PutParcel,
    ReadParcel,
    UnpackTenant,
)
from leadengine_agent.records import current_record
from leadengine_agent.stack import api_service, compose_of
from leadengine_agent.tasks.context import Context
from leadengine_agent.tasks.tenants import refusal

ParcelOrder = PackTenant | ReadParcel | PutParcel | UnpackTenant

_SECONDS = 3600


def run(order: ParcelOrder, context: Context) -> dict[str, Any]:
    """Do it, and answer the verb's result."""
    layout = context.layout.stack(order.client)
    container = _api(layout, order.client)
    match order:
        case ReadParcel():
            return _read(layout.leaving, order.offset).model_dump()
        case PutParcel():
            return _put(layout.arriving, order).model_dump()
    answer: dict[str, Any] = {}

    def step() -> Did:
        if isinstance(order, PackTenant):
            packed = pack(container, order.tenant, layout.leaving)
            answer.update(packed.model_dump(mode="json"))
            return Did(changed=True, detail=f"{packed.rows:,} rows, {packed.size:,} bytes")
        arrived = _unpack(container, order, layout.arriving)
        answer.update(arrived.model_dump(mode="json"))
        return Did(arrived.changed, f"client ID {arrived.client_id}")

    context.steps.run(order.verb.removesuffix("-tenant"), step)
    return answer


def _api(layout: StackLayout, client: str) -> str:
    record = current_record(layout)
    if record is None:
        raise not_found(client)
    return compose_of(layout, record).name_of(api_service(record.colour))


def pack(container: str, tenant: str | None, parcel: Path) -> ParcelResult:
    """Have the api write a client into a file; what was there before is gone.

    Raises:
        TaskFailure: it refused, or broke off.
    """
    with _begun(parcel).open("wb") as file, tempfile.TemporaryFile() as words:
        words.write(json.dumps({"slug": tenant or ""}).encode())
        words.seek(0)
        _travel(container, "export", words, file)
    return described(parcel)


def described(parcel: Path) -> ParcelResult:
    """What a parcel says of itself.

    Raises:
        TaskFailure: there is none, or it is not whole.
    """
    try:
        whose, manifest = _ends(parcel)
        return ParcelResult.model_validate(
            {
                "client_id": whose["client_id"],
                "slug": whose["slug"],
                "size": parcel.stat().st_size,
                "sha256": _hash(parcel),
                "tables": manifest["tables"],
            }
        )
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise _damaged() from error


def _ends(parcel: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first line, which says whose it is, and the last, which is there when all of it is."""
    line = b""
    with gzip.open(parcel) as lines:
        whose = json.loads(lines.readline())
        for line in lines:  # noqa: B007 - the last one is wanted
            pass
    return whose, json.loads(line)


def _unpack(container: str, order: UnpackTenant, parcel: Path) -> ArrivedResult:
    if not parcel.exists() or _hash(parcel) != order.sha256:
        raise _damaged()
    with parcel.open("rb") as file, tempfile.TemporaryFile() as answer:
        _travel(container, "import", file, answer)
        answer.seek(0)
        return ArrivedResult.model_validate_json(answer.read())


def _begun(parcel: Path) -> Path:
    """An empty file for root alone in its place."""
    parcel.unlink(missing_ok=True)
    parcel.touch(0o600)
    return parcel


def _read(parcel: Path, offset: int) -> PieceResult:
    if not parcel.exists():
        raise not_found("a parcel")
    size = parcel.stat().st_size
    if offset >= size:
        parcel.unlink()
        return PieceResult(size=size)
    with parcel.open("rb") as file:
        file.seek(offset)
        return PieceResult(data=base64.b64encode(file.read(PARCEL_PIECE)).decode(), size=size)


def _put(parcel: Path, order: PutParcel) -> PieceResult:
    if order.offset == 0:
        _begun(parcel)
    if not parcel.exists() or parcel.stat().st_size < order.offset:
        raise _damaged()
    with parcel.open("r+b") as file:
        file.seek(order.offset)
        file.write(base64.b64decode(order.data, validate=True))
        file.truncate()
    return PieceResult(size=parcel.stat().st_size)


def _travel(container: str, doing: str, given: IO[bytes], taken: IO[bytes]) -> None:
    """`leadengine-admin travel` in the api that serves.

    Raises:
        TaskFailure: it refused, in its own words.
    """
    words = ("exec", "-i", container, "leadengine-admin", "travel", doing)
    try:
        stream(*words, given=given, taken=taken, timeout=_SECONDS)
    except DockerError as error:
        raise refusal(error) from error


def _hash(parcel: Path) -> str:
    with parcel.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged() -> TaskFailure:
    return TaskFailure(
        FailureCode.REFUSED,
        "The parcel is not whole.",
        "It is not what was packed.",
        "Carry it again from its beginning; nothing has changed.",
    )
