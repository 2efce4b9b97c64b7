"""Pruning at the command line."""

from pathlib import Path

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.asking import confirm
from leadengine_ctl.cli.passphrase import read_passphrase
from leadengine_ctl.cli.progress import size
from leadengine_ctl.cli.session import Session
from leadengine_ctl.operations.backups.kits import opened_kit
from leadengine_ctl.operations.backups.prune import PruneWords, prune
from leadengine_ctl.recovery.keys import read_identities


def prune_and_tell(session: Session, words: PruneWords, keys: Path, *, ask: bool) -> None:
    """Prune as the words say.

    Raises:
        NotAllowedError: it was not confirmed, or it may not be.
    """
    if ask:
        terminal.say(
            f"Points of {words.client} that its policy keeps no longer go from {words.storage}. "
            "There is no way back."
        )
        confirm(f"Prune {words.storage}?", f"{words.storage} was not pruned")
    identities = read_identities(keys, read_passphrase(session.world.settings))
    kit = opened_kit(session.world, words.client, None, identities)
    result = prune(session.world, words, kit)
    if session.as_json:
        terminal.put_json({"kind": "result", **result.model_dump(mode="json")})
        return
    verb = "would go" if words.dry_run else "are gone"
    for point in result.removed:
        terminal.put(point)
    terminal.say(
        f"{len(result.removed)} points {verb}, {len(result.kept)} stay, "
        f"{size(result.freed_bytes)} freed.",
        "good",
    )
    for alarm in result.alarms:
        terminal.say(alarm, "bad")
