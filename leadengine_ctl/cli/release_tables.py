"""Releases as people and programs read them."""

from dataclasses import asdict
from typing import Any

import typer

from leadengine_ctl.cli import terminal
from leadengine_ctl.errors import ExitCode
from leadengine_ctl.operations.release_keys import Signing
from leadengine_ctl.operations.release_publishing import Catalogue
from leadengine_ctl.releases.bundle import Bundle
from leadengine_ctl.releases.published import PublishedRelease


def catalogue_json(catalogue: Catalogue) -> dict[str, Any]:
    """For programs: without the manifests, which `release show` gives."""
    rows = [_row_json(each) for each in catalogue.releases]
    pending = [asdict(each) for each in catalogue.pending]
    return {
        "kind": "result",
        "releases": rows,
        "pending": pending,
        "warnings": list(catalogue.warnings),
    }


def put_catalogue(catalogue: Catalogue) -> None:
    """A table, what waits for signatures, and warnings."""
    if catalogue.releases:
        header = ("VERSION", "CHANNELS", "PUBLISHED", "NOTES")
        tones = ["bad" if each.yanked else "" for each in catalogue.releases]
        terminal.put_table([header, *(_row(each) for each in catalogue.releases)], ["", *tones])
    else:
        terminal.say("No release is published yet. 'lectl release build' makes one.")
    for change in catalogue.pending:
        terminal.say(f"Waits for signatures: {change.sentence}")
    for warning in catalogue.warnings:
        terminal.say(warning, "warn")


def put_release(bundle: Bundle) -> None:
    """One release in full."""
    release, said = bundle.release, bundle.publication
    rows: list[tuple[str, ...]] = [
        ("version", release.version),
        ("channels", ", ".join(said.channels)),
        ("published", f"as number {said.serial}"),
        ("yanked", said.yanked or "no"),
        ("updates from", f"{release.min_from or 'any version'} on"),
        ("stop", "no update passes over it" if release.stop else "no"),
        ("needs", f"agent {release.agent_floor}, Docker Engine {release.engine_floor}"),
        ("schema", f"{release.database.head}, serves {release.database.oldest_compatible} on"),
        *((name, image.reference) for name, image in sorted(release.images.items())),
        ("agent", release.agent.reference),
    ]
    terminal.put_table(rows)
    if release.notes:
        terminal.put(release.notes)


def put_signing(signing: Signing, *, as_json: bool) -> None:
    """What was signed, and what is missing; ends with 20 while something is."""
    if as_json:
        terminal.put_json({"kind": "result", **asdict(signing)})
    elif not signing.changes:
        terminal.say("Nothing waits for signatures.")
        return
    else:
        for sentence in signing.changes:
            terminal.put(sentence)
        terminal.say(
            f"Signed with {', '.join(signing.keys) or 'no key: none of them is asked for'}."
        )
        for each in signing.missing:
            words = f"The {each.role} lacks {each.count}: any of {', '.join(each.keys)} can sign."
            terminal.say(words, "warn")
    if signing.missing:
        raise typer.Exit(ExitCode.CHANGES_PENDING)
    if not as_json:
        terminal.say("Nothing is missing. Next: lectl release publish", "good")


def _row(each: PublishedRelease) -> tuple[str, ...]:
    first = each.release.notes.partition("\n")[0]
    notes = f"yanked: {each.yanked}" if each.yanked else first
    return each.version, ", ".join(each.channels), f"no. {each.serial}", notes


def _row_json(each: PublishedRelease) -> dict[str, Any]:
    return {
        **each.model_dump(mode="json", exclude={"release"}),
        "notes": each.release.notes,
        "stop": each.release.stop,
        "min_from": each.release.min_from,
    }
