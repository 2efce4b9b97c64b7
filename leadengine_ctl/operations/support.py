"""What helps somebody else to help: collected, redacted, shown, and then written. Nothing is sent."""

import io
import json
import platform
import tarfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leadengine_ctl import __version__
from leadengine_ctl.durable_files import write_durably
from leadengine_ctl.errors import LeadEngineError, UsageError
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.configuring import read_config
from leadengine_ctl.operations.reads import read_logs, read_status
from leadengine_ctl.planning.redaction import redact

_OPERATIONS = 200
"""So many of the last operations are looked through for the client's."""


@dataclass(frozen=True)
class Part:
    """A file of the bundle. `hidden`: what was taken out of it, by kind."""

    name: str
    text: str
    hidden: Counter[str]


def collect(world: World, client: str, lines: int) -> tuple[Part, ...]:
    """Everything that would be written, redacted; a host that does not answer leaves its reason.

    Raises:
        NotFoundError: there is no such client.
    """
    record = world.store.clients.get(client)
    known = _secrets(record)
    texts = {
        "about.json": _json(_about()),
        "configuration.json": _json(_configuration(record)),
        "status.json": _tried(lambda: _json(read_status(world, client)[0].as_json())),
        "operations.json": _json(_operations(world, client)),
        "logs.txt": _tried(lambda: "\n".join(read_logs(world, client, None, lines))),
    }
    return tuple(Part(name, *redact(text, known)) for name, text in texts.items())


def write_bundle(world: World, client: str, parts: tuple[Part, ...], file: Path) -> None:
    """Write them as one archive, for its owner alone.

    Raises:
        UsageError: there is such a file.
    """
    if file.exists():
        raise UsageError(f"{file} is there already", "It is not replaced.", "Name another: --out")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for part in parts:
            content = part.text.encode()
            entry = tarfile.TarInfo(f"support-{client}/{part.name}")
            entry.size, entry.mode = len(content), 0o600
            archive.addfile(entry, io.BytesIO(content))
    write_durably(file, packed.getvalue(), mode=0o600)
    world.record("support.bundle", client, detail=file.name)


def _about() -> dict[str, object]:
    return {
        "lectl": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "collected": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _configuration(record: ClientRecord) -> dict[str, object]:
    return {
        "release": record.release,
        "plan": record.spec.plan,
        "kind": record.spec.kind,
        "settings": read_config(record),
        "secrets that are set": sorted(record.secrets),
    }


def _operations(world: World, client: str) -> list[dict[str, object]]:
    store = world.store.operations
    mine = [each for each in store.recent(_OPERATIONS) if each.client == client]
    return [
        {
            **each.model_dump(mode="json", exclude={"actor", "params"}),
            "events": [event.model_dump(mode="json") for event in store.events(each.id)],
        }
        for each in mine[:20]
    ]


def _secrets(record: ClientRecord) -> tuple[str, ...]:
    known = (each.get_secret_value() for each in record.secrets.values())
    return (*known, *filter(None, (record.spec.licence,)))


def _tried(read: Callable[[], str]) -> str:
    try:
        return read()
    except LeadEngineError as error:
        return f"{error.what}. {error.why}"


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, default=str)
