"""A restore at the command line: the plan, the question, the run, the report."""

from typing import Any

from leadengine_agent.protocol import RecoveryKit
from leadengine_ctl.cli import terminal, texts
from leadengine_ctl.cli.asking import confirm
from leadengine_ctl.cli.passphrase import read_passphrase
from leadengine_ctl.cli.progress import size
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import UsageError
from leadengine_ctl.operations.backups.choosing import Choice, RestoreWords, choose
from leadengine_ctl.operations.backups.kits import opened_kit
from leadengine_ctl.operations.backups.restore import RestoreVerb
from leadengine_ctl.operations.runner import Finished
from leadengine_ctl.planning.freshness import age
from leadengine_ctl.recovery.keys import read_identities


def restore_and_tell(session: Session, words: RestoreWords, *, ask: bool) -> None:
    """Restore as the words say.

    Raises:
        NotAllowedError: it was not confirmed.
    """
    choice = choose(session.world, words)
    terminal.say(texts.plan_text(choice.plan))
    if words.dry_run and choice.request.origin != choice.request.host:
        _put_plan(session, choice)
        return
    if ask:
        confirm(
            f"Restore {choice.request.name} on {_host(choice)}?",
            f"{choice.request.name} was not restored",
        )
    kit = _kit(session, words) if words.from_kit else None
    finished = session.run(RestoreVerb(choice.request, kit=kit))
    _tell(session, choice, finished)


def _kit(session: Session, words: RestoreWords) -> RecoveryKit:
    if words.keys is None:
        raise UsageError(
            "A recovery kit opens with a recovery key, and none is named",
            "",
            "Put the stick in, and name its folder with --keys.",
        )
    identities = read_identities(words.keys, read_passphrase(session.world.settings))
    return opened_kit(session.world, words.client, words.kit, identities)


def _put_plan(session: Session, choice: Choice) -> None:
    if session.as_json:
        request = choice.request.model_dump(mode="json")
        terminal.put_json({"kind": "preview", "request": request})
    terminal.say("Nothing was changed.")


def _tell(session: Session, choice: Choice, finished: Finished) -> None:
    result = finished.data["restore"]
    if session.as_json:
        terminal.put_json({"kind": "result", "operation": finished.operation, **result})
        return
    for line in _lines(choice, result, finished.data.get("certify")):
        terminal.say(line, "good" if line.startswith(choice.request.name) else "")


def _lines(choice: Choice, result: dict[str, Any], certificate: dict[str, Any] | None) -> list[str]:
    name, request = choice.request.name, choice.request
    what = f"{result['point']} from {result['target']}: {size(result['size'])}"
    if request.dry_run:
        return [f"{name} could be restored to {what}, compared and equal. Nothing was changed."]
    lines = [
        f"{name} is back at {what} in {result['seconds']:.1f} s, "
        f"visitors waited {result['held_seconds']:.1f} s.",
        f"The data is that of {age_of(result['loss_seconds'])} ago.",
    ]
    if result["replayed"]:
        lines.append(f"{result['replayed']} events that waited then are handed on again.")
    if result["undo"]:
        lines.append(f"What it replaced is kept: lectl restore {name} --undo")
    if result["spec"]:
        lines.append(f"URL: https://{result['spec']['domain']}")
    if certificate and certificate["advice"]:
        lines.append(f"Certificate: {certificate['advice']}")
    if request.identity is not None:
        lines.append(
            f"{name} gets no backups. Tell it where: lectl config set backup.targets= {name}"
        )
    return lines


def age_of(seconds: int) -> str:
    """A number of seconds as people say it."""
    from datetime import timedelta

    return age(timedelta(seconds=seconds))


def _host(choice: Choice) -> str:
    return choice.request.host
