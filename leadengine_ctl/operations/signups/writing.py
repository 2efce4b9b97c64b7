"""A mail at each stage, with the link that leads back. Each is sent once, as far as a kill lets us know."""

from leadengine_ctl.errors import LockedError
from leadengine_ctl.fleet.signup_records import SignupRecord
from leadengine_ctl.notify.base import Notice
from leadengine_ctl.notify.mail import MailTo
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.signups.letters import letters
from leadengine_ctl.operations.signups.own_stack import records_for


def write(world: World, signup: SignupRecord) -> SignupRecord:
    """Send what was not sent yet; without a mail server nothing is.

    Raises:
        NotSentError: the mail server did not take it; it is tried again.
    """
    server = world.settings.mail()
    due = [
        each
        for each in letters(signup, records_for(world, signup))
        if each.stage not in signup.mailed
    ]
    if server.host is None or not due:
        return signup
    secret = world.store.signups.secret_of(signup.id).get_secret_value()
    link = f"{world.settings.panel_place}/start/go#{secret}"
    box = MailTo(signup.email, server, world.settings.smtp_pass)
    for each in due:
        notice = Notice(
            id=f"signup-{signup.id}-{each.stage}",
            subject=each.subject,
            text=each.text,
            url=link,
            state="opened",
            severity="warning",
            about=signup.slug or signup.id,
        )
        box.send(notice)
        signup = _note(world, signup.id, each.stage)
    return signup


def _note(world: World, signup: str, stage: str) -> SignupRecord:
    """Note that it was sent, whatever was changed meanwhile: nobody gets it twice for that."""
    while True:
        now = world.store.signups.get(signup)
        try:
            return world.store.signups.change(now, mailed=(*now.mailed, stage))
        except LockedError:
            continue
