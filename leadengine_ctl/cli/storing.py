"""Storages at the command line: what is typed, what is asked for, and the list."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import UsageError
from leadengine_ctl.fleet.records import StorageRecord
from leadengine_ctl.operations.storages import Opener, add_storage, clients_of
from leadengine_ctl.recovery.location import location_of, parse_location


@dataclass(frozen=True)
class Words:
    """The words of `lectl storage add`."""

    name: str
    location: str
    user: str
    key: Path | None
    host_key: str | None
    region: str | None
    trust: Path | None
    deletable: bool
    pruning_user: str


def add_and_tell(session: Session, words: Words) -> None:
    """Register a storage and say what comes next."""
    target = parse_location(
        words.name,
        words.location,
        region=words.region,
        host_key=words.host_key,
        trust=_read(words.trust),
        append_only=False if words.deletable else None,
    )
    settings = session.world.settings
    opener = Opener(words.user, _secret(words, settings.storage_secret, target.kind))
    pruning = Opener(words.pruning_user, settings.storage_pruning_secret)
    if words.pruning_user and pruning.secret is None:
        asked = terminal.ask_secret(f"Secret of {words.pruning_user}, which may delete:")
        pruning = Opener(words.pruning_user, SecretStr(asked) if asked else None)
    add_storage(session.world, target, opener, pruning)
    if session.as_json:
        terminal.put_json({"kind": "result", "name": words.name, "location": location_of(target)})
        return
    terminal.say(f"{words.name} is {location_of(target)}. New clients use it from now on.", "good")
    terminal.say("For those there are: lectl config set backup.targets= --all")


def put_storages(session: Session) -> None:
    """One line a storage."""
    found = session.world.store.storages.all()
    if session.as_json:
        terminal.put_json({"kind": "result", "storages": [_json(session, each) for each in found]})
        return
    if not found:
        folder = session.world.settings.backup_folder
        terminal.say(f"There are none: recovery points stay on each host, in {folder}.", "warn")
        terminal.say("They end with it. Add a place outside: lectl storage add NAME LOCATION")
        return
    rows = [_row(session, each) for each in found]
    terminal.put_table([("NAME", "KIND", "LOCATION", "HOSTS MAY", "CLIENTS"), *rows])


def _row(session: Session, each: StorageRecord) -> tuple[str, ...]:
    may = "add" if each.target.append_only else "add and delete"
    clients = str(len(clients_of(session.world, each.name)))
    return each.name, each.target.kind, location_of(each.target), may, clients


def _json(session: Session, each: StorageRecord) -> dict[str, object]:
    return {
        "name": each.name,
        "kind": each.target.kind,
        "location": location_of(each.target),
        "append_only": each.target.append_only,
        "can_prune": each.pruning_credentials is not None or not each.target.append_only,
        "clients": list(clients_of(session.world, each.name)),
    }


def _secret(words: Words, given: SecretStr | None, kind: str) -> SecretStr | None:
    if kind == "local":
        return None
    if words.key is not None:
        return SecretStr(_read(words.key) or "")
    if given is not None:
        return given
    asked = terminal.ask_secret(f"Secret that opens {words.name}:")
    if not asked and kind == "s3":
        raise UsageError(
            f"What opens {words.name} is missing",
            "A bucket needs an access key: its id with --user, its secret here.",
            "Set LECTL_STORAGE_SECRET, or run the command on a terminal.",
        )
    return SecretStr(asked) if asked else None


def _read(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read", str(error), "Name a file of text.") from error
