"""The worker's post office: each due notice goes to its channel."""

import asyncio
from uuid import UUID

from leadengine.chores import Chore
from leadengine.database import Database
from leadengine.notifications import mail, notices, slack
from leadengine.notifications.notices import Notice
from leadengine.settings import Settings

_MAIL = """{headline}.

{name}
{email}
Company: {company}
Fit {fit} of 100, engagement {engagement} of 100

Why:
{reasons}

{link}
"""


def channels(settings: Settings) -> tuple[str, ...]:
    """The ways in which this stack can tell somebody."""
    known = {"mail": bool(settings.smtp_host), "slack": slack.is_set_up(settings)}
    return tuple(name for name, configured in known.items() if configured)


def tell(database: Database, settings: Settings) -> Chore:
    """Send what is due, one after the other."""

    async def chore(tenant: UUID) -> None:
        while True:
            async with database.tenant(tenant) as connection:
                notice = await notices.claim(connection)
            if notice is None:
                return
            problem = await asyncio.to_thread(_send, settings, notice)
            async with database.tenant(tenant) as connection:
                await notices.done(connection, notice, problem)

    return chore


def _send(settings: Settings, notice: Notice) -> str:
    """What went wrong; empty when the channel took it."""
    if notice.channel == "mail" and not notice.owner:
        return "nobody owns this lead"
    try:
        if notice.channel == "mail":
            message = mail.compose(
                settings, notice.owner, notice.headline, as_mail(settings, notice)
            )
            mail.send(settings, message)
        else:
            slack.tell(settings, as_line(settings, notice))
    except (mail.MailError, slack.SlackError) as error:
        return str(error)
    return ""


def as_mail(settings: Settings, notice: Notice) -> str:
    """Everything the owner needs to write or call."""
    reasons = "\n".join(f"{r['points']:+} {r['words']}" for r in notice.reasons)
    return _MAIL.format(
        headline=notice.headline,
        name=notice.name or "(no name given)",
        email=notice.email,
        company=notice.company or "not known",
        fit=notice.fit,
        engagement=notice.engagement,
        reasons=reasons,
        link=_link(settings, notice),
    )


def as_line(settings: Settings, notice: Notice) -> str:
    """For a channel that many read: initials instead of a person, and a link behind the sign-in."""
    words = notice.name.split() or [notice.email]
    initials = ".".join(word[0].upper() for word in words[:3]) + "."
    score = f"fit {notice.fit}, engagement {notice.engagement}"
    return f"{notice.headline}: {initials} ({score}) {_link(settings, notice)}"


def _link(settings: Settings, notice: Notice) -> str:
    return f"{settings.origin}/leads/{notice.lead_id}"
