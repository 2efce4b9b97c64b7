"""A mail at each stage, with the link that leads back. Each is sent once, as far as a kill lets us know."""

from dataclasses import dataclass

from leadengine_ctl.fleet.signup_records import SignupRecord, SignupState
from leadengine_ctl.notify.base import Notice
from leadengine_ctl.notify.mail import MailTo
from leadengine_ctl.operations.base import World


@dataclass(frozen=True)
class Stage:
    """A stage that is written about: its name, and what is written."""

    name: str
    subject: str
    text: str


def stages(signup: SignupRecord) -> tuple[Stage, ...]:
    """Those that a sign-up has come to, in their order."""
    found = [
        Stage(
            "begun",
            "Your sign-up at LeadEngine",
            "You have begun to sign up. This link leads back to it, on any device. Whoever has it can go"
            " on in your name. If it was not you, do nothing: nothing is bought, and nobody is a client.",
        )
    ]
    if signup.state is SignupState.REFUSED:
        found.append(
            Stage(
                "refused",
                "Your sign-up at LeadEngine",
                "We cannot take you in just now. Nothing was charged.",
            )
        )
    if signup.agreed_by not in {"", "nobody"} and signup.paid_at is None:
        found.append(
            Stage("agreed", "You can go on with LeadEngine", "All is well: the payment comes next.")
        )
    if signup.paid_at is not None:
        found.append(
            Stage(
                "paid",
                "Thank you: your payment has arrived",
                f"LeadEngine is being set up for {signup.domain}. We write again when it is.",
            )
        )
    if signup.live_at is not None:
        found.append(
            Stage(
                "live",
                f"LeadEngine is live for {signup.domain}",
                f"Your dashboard: {signup.dashboard}\nOne step is left: the snippet on your website. The link"
                " shows it, with what to do on each platform, and tells when the first visit has come.",
            )
        )
    if signup.state is SignupState.READY:
        found.append(
            Stage(
                "ready",
                f"Everything works on {signup.domain}",
                f"Visits arrive, and the concierge answers.\nYour dashboard: {signup.dashboard}",
            )
        )
    return tuple(found)


def write(world: World, signup: SignupRecord) -> SignupRecord:
    """Send what was not sent yet; without a mail server nothing is.

    Raises:
        NotSentError: the mail server did not take it; it is tried again.
        LockedError: the sign-up was changed meanwhile.
    """
    server = world.settings.mail()
    due = [each for each in stages(signup) if each.name not in signup.mailed]
    if server.host is None or not due:
        return signup
    secret = world.store.signups.secret_of(signup.id).get_secret_value()
    link = f"{world.settings.panel_place}/start/go#{secret}"
    box = MailTo(signup.email, server, world.settings.smtp_pass)
    for each in due:
        notice = Notice(
            id=f"signup-{signup.id}-{each.name}",
            subject=each.subject,
            text=each.text,
            url=link,
            state="opened",
            severity="warning",
            about=signup.slug or signup.id,
        )
        box.send(notice)
        signup = world.store.signups.change(signup, mailed=(*signup.mailed, each.name))
    return signup
