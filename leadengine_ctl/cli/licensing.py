"""What the commands about licences do and show."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.configuring import set_values
from leadengine_ctl.cli.passphrase import read_passphrase
from leadengine_ctl.cli.session import Session
from leadengine_ctl.durable_files import write_durably
from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.operations.defaults import check_slug
from leadengine_ctl.operations.licences import check_for, issue, read_licence, verdict_on
from leadengine_ctl.planning.licence import Licence

_LONGEST = 10_000
_ROLLOUT = {"waves": "100%", "parallel": 1, "bake": "30s"}


def issue_licence(
    session: Session, said: Mapping[str, object], keys: Path, out: Path | None
) -> None:
    """Sign it, and write or print it."""
    licence = Licence.model_validate({**said, "issued": datetime.now(UTC).date()})
    text = issue(session.world, licence, keys, read_passphrase(session.world.settings))
    if out:
        write_durably(out, text + "\n")
    if session.as_json:
        terminal.put_json({"kind": "result", "text": text, **licence.model_dump(mode="json")})
    elif out:
        terminal.say(f"The licence of {licence.client} is in {out}.", "good")
    else:
        terminal.put(text)


def check_licence(session: Session, file: Path) -> None:
    """Show what it says, once it is known whose it is."""
    found = read_licence(session.world, _text(file))
    if session.as_json:
        terminal.put_json({"kind": "result", **found.model_dump(mode="json")})
        return
    terminal.put(_words(found))
    if found.until < datetime.now(UTC).date():
        terminal.say("It has ended.", "warn")


def use_licence(session: Session, file: Path, client: str, *, ask: bool) -> None:
    """Hold it against the client, and set it."""
    text, record = _text(file), session.world.store.clients.get(check_slug(client))
    verdict = check_for(session.world, text, record)
    if verdict.sentence and not session.as_json:
        terminal.say(f"{client}: {verdict.sentence}", "warn")
    words = [f"licence={text}", client]
    set_values(session, words, _ROLLOUT, every=False, only_show=False, ask=ask)


def show_licence(session: Session, client: str) -> None:
    """How it stands."""
    verdict = verdict_on(session.world, session.world.store.clients.get(check_slug(client)))
    if session.as_json:
        found = verdict.as_json() if verdict else None
        terminal.put_json({"kind": "result", "client": client, "licence": found})
        return
    if verdict is None:
        terminal.say(f"{client} has no licence, and needs none.")
        return
    if verdict.licence:
        terminal.put(_words(verdict.licence))
    if verdict.sentence:
        terminal.say(verdict.sentence, "warn")


def _words(licence: Licence) -> str:
    return "\n".join(
        (
            f"Client: {licence.client}",
            f"Tier: {licence.tier}",
            f"Served at: {', '.join(licence.domains)}",
            f"Issued: {licence.issued}",
            f"Until: {licence.until}",
        )
    )


def _text(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.read(_LONGEST).strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise NotFoundError(
            f"The licence {file} cannot be read", f"{why}.", "Name the file that was sent."
        ) from error
