"""Licences of clients that run their stacks themselves: issued, checked, shown. Nothing waits for one."""

from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr, ValidationError

from leadengine_ctl.errors import LeadEngineError, NotAllowedError, UsageError
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.planning.licence import (
    NOTHING_STOPS,
    Licence,
    LicenceState,
    LicenceVerdict,
    judge,
)

_HARD = {LicenceState.OTHER_CLIENT, LicenceState.OTHER_DOMAIN}


def issue(world: World, licence: Licence, keys: Path, passphrase: SecretStr) -> str:
    """Sign a licence with an offline key of the publisher; its text.

    Raises:
        NotFoundError: there is no publisher here, or no key in the folder.
        NotAllowedError: the keys may not sign licences, or it ends before it begins.
    """
    from leadengine_ctl.releases.keys import read_keys
    from leadengine_ctl.releases.licences import sign
    from leadengine_ctl.releases.pending import Pending

    if licence.until < licence.issued:
        raise NotAllowedError(
            "A licence cannot end before it is issued", "", "Give a later day: --until 2027-12-31"
        )
    root = Pending(world.library.repository).published_root()
    text = sign(licence.model_dump(mode="json"), root, read_keys(keys, passphrase))
    world.record("licence.issue", licence.client, detail=f"until {licence.until}")
    return text


def read_licence(world: World, text: str) -> Licence:
    """What a licence says, believed by the publisher that this machine believes.

    Raises:
        NotFoundError: no release was ever taken in here, so nobody is believed.
        UsageError, NotAllowedError: it is none, or not the publisher's.
    """
    from leadengine_ctl.releases.licences import read
    from leadengine_ctl.releases.pending import Pending

    said = read(text, Pending(world.library.repository).published_root())
    try:
        return Licence.model_validate(said)
    except ValidationError as error:
        raise UsageError(
            "This licence cannot be read",
            f"{error.errors()[0]['msg']}.",
            "It was made by a newer lectl: update this one.",
        ) from error


def check_for(world: World, text: str, record: ClientRecord) -> LicenceVerdict:
    """How a licence would stand for a client.

    Raises:
        NotAllowedError: it is another client's, for another domain, or not the publisher's.
    """
    found = _judge(world, read_licence(world, text), record)
    if found.state in _HARD:
        raise NotAllowedError(
            f"This licence is not for {record.slug}",
            found.sentence.removesuffix(NOTHING_STOPS).strip(),
            "Ask the publisher for one with this client's name and domain.",
        )
    return found


def verdict_on(world: World, record: ClientRecord) -> LicenceVerdict | None:
    """How a client's licence stands; None: it has none, and needs none."""
    text = record.spec.licence
    if not text:
        if record.spec.plan != "self-hosted":
            return None
        sentence = f"It has no licence: lectl licence use FILE {record.slug}. {NOTHING_STOPS}"
        return LicenceVerdict(LicenceState.MISSING, sentence)
    try:
        return _judge(world, read_licence(world, text), record)
    except LeadEngineError as error:
        sentence = f"{error.what}: {error.why} {NOTHING_STOPS}"
        return LicenceVerdict(LicenceState.NOT_BELIEVED, sentence)


def _judge(world: World, licence: Licence, record: ClientRecord) -> LicenceVerdict:
    latest = world.store.audit.latest()
    seen = datetime.fromisoformat(latest) if latest else None
    domain = record.spec.names[0]
    return judge(licence, record.slug, domain, datetime.now(UTC), seen)
