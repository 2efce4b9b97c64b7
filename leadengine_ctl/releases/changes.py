"""What is pending, in people's words: whoever signs should know what."""

from dataclasses import dataclass

from tuf.api.metadata import TargetFile

from leadengine_ctl.releases.pending import Pending
from leadengine_ctl.releases.published import Publication


@dataclass(frozen=True)
class Change:
    """One decision. `version` is empty when it is about keys."""

    sentence: str
    version: str = ""


def pending_changes(pending: Pending) -> tuple[Change, ...]:
    """Everything that waits for signatures."""
    changes = [Change("keys: the root is renewed")] if pending.root() else []
    waiting = pending.targets()
    if waiting is None:
        return tuple(changes)
    old = pending.published_targets().signed.targets
    for name, target in waiting.signed.targets.items():
        new, known = _publication(target), old.get(name)
        if known is None or _publication(known) != new:
            changes.append(Change(_sentence(new, is_new=known is None), new.version))
    return tuple(changes) or (Change("the list of releases is renewed"),)


def _sentence(publication: Publication, *, is_new: bool) -> str:
    if publication.yanked:
        return f"{publication.version}: yanked, {publication.yanked}"
    word = "published in" if is_new else "now in"
    return f"{publication.version}: {word} {', '.join(publication.channels)}"


def _publication(target: TargetFile) -> Publication:
    return Publication.model_validate(target.unrecognized_fields["custom"])
