"""A sign-up begins: with a plan, an address, and a link that leads back to it."""

import secrets
import time

from pydantic import SecretStr

from leadengine_agent.values import Email, Frozen
from leadengine_ctl.errors import NotAllowedError, NotFoundError, UsageError
from leadengine_ctl.fleet.signup_records import SignupRecord
from leadengine_ctl.operations.base import World

HOUR = 3600.0
_A_DAY = 3
"""So many are begun with one address in a day: each writes a mail to it."""

_THROW_AWAY = frozenset(
    {
        *(
            "10minutemail.com",
            "dispostable.com",
            "fakeinbox.com",
            "getnada.com",
            "guerrillamail.com",
        ),
        *("mailinator.com", "maildrop.cc", "mailnesia.com", "moakt.com", "sharklasers.com"),
        *("temp-mail.org", "tempmail.com", "throwawaymail.com", "trashmail.com", "yopmail.com"),
    }
)
"""The best known of those who give mailboxes away for minutes; short, since each is a guess at a person."""


class _Asked(Frozen):
    email: Email


def plans_for_sale(world: World) -> tuple[str, ...]:
    """What somebody may choose without a person of ours."""
    settings = world.settings
    own = settings.signup_host or settings.signup_on
    return ("hosted", "dedicated") if own else ("hosted",)


def begin(world: World, plan: str, email: str, network: str) -> tuple[SignupRecord, SecretStr]:
    """Begin one; the record, and the secret of the link that leads back to it.

    Args:
        network: where it comes from, as far as one household reaches.

    Raises:
        NotFoundError: nobody may sign up here.
        ValidationError, UsageError: the address or the plan is none.
        NotAllowedError: too many were begun from there, or with this address.
    """
    check_open(world)
    if plan not in plans_for_sale(world):
        raise UsageError("Choose one of the plans")
    address = _Asked(email=email.strip()).email
    _check_address(world, address)
    _check_pace(world, network)
    secret = SecretStr(secrets.token_urlsafe(32))
    record = SignupRecord(
        id=secrets.token_hex(8),
        email=address,
        plan=plan,
        created_at=time.time(),
        network=network,
        proof=secrets.token_hex(16),
    )
    world.store.signups.add(record, secret)
    world.record("signup.begin", record.id, detail=plan)
    return record, secret


def check_open(world: World) -> None:
    """Raises:
    NotFoundError: nobody may sign up here.
    """
    if not world.settings.signup:
        raise NotFoundError("Nobody can sign up here")


def _check_address(world: World, address: str) -> None:
    domain = address.rpartition("@")[2].lower()
    if any(domain == each or domain.endswith(f".{each}") for each in _THROW_AWAY):
        raise NotAllowedError(
            "This address cannot be used",
            "Mail to it is thrown away, and bills and passwords go there.",
            "Use your address at work.",
        )
    if world.store.signups.count_since(address, time.time() - 24 * HOUR) >= _A_DAY:
        raise NotAllowedError(
            "You have begun already",
            "A link to what you have begun was sent to this address.",
            "Follow the link in the mail, or come back tomorrow.",
        )


def _check_pace(world: World, network: str) -> None:
    attempts, key = world.store.attempts, f"signup:{network}"
    if attempts.count(key, HOUR) >= world.settings.signup_an_hour:
        raise NotAllowedError(
            "Too many have signed up from here", "", "Try again in an hour, or write to us."
        )
    attempts.add(key, HOUR)
