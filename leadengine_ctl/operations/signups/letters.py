"""What is written to somebody who signs up, stage by stage."""

from dataclasses import dataclass

from leadengine_ctl.dns.base import Record
from leadengine_ctl.fleet.signup_records import SignupRecord, SignupState

_BEGUN = (
    "You have begun to sign up. This link leads back to it, on any device. Whoever has it can go"
    " on in your name. If it was not you, do nothing: nothing is bought, and nobody is a client."
)
_LIVE = (
    "One step is left: the snippet on your website. The link shows it, with what to do on each"
    " platform, and tells when the first visit has come."
)


@dataclass(frozen=True)
class Letter:
    """A stage that is written about: its name, and what is written."""

    stage: str
    subject: str
    text: str


_RECORDS = (
    "Write this into the DNS of your domain; whoever keeps your website knows where. The certificate"
    " comes by itself once it is there, and we write again."
)
_UNNAMED = (
    "Your server is set up, and waits for your domain to lead to it: we have written what to put into"
    " its DNS."
)


def letters(signup: SignupRecord, records: tuple[Record, ...] = ()) -> tuple[Letter, ...]:
    """Those for the stages that a sign-up has come to, in their order.

    Args:
        records: what its person has to write into the DNS; empty: nothing, or it is not known yet.
    """
    site, board = signup.domain, f"Your dashboard: {signup.dashboard}"
    named = signup.secure_at is not None
    waits = bool(records) and not named
    agreed = signup.agreed_by not in {"", "nobody"} and signup.paid_at is None
    paid = f"LeadEngine is being set up for {site}. We write again when it is."
    ready = f"Visits arrive, and the concierge answers.\n{board}"
    sorry = "We cannot take you in just now. Nothing was charged."
    go_on = "All is well: the payment comes next."
    known = (
        (True, Letter("begun", "Your sign-up at LeadEngine", _BEGUN)),
        (
            signup.state is SignupState.REFUSED,
            Letter("refused", "Your sign-up at LeadEngine", sorry),
        ),
        (agreed, Letter("agreed", "You can go on with LeadEngine", go_on)),
        (
            signup.paid_at is not None,
            Letter("paid", "Thank you: your payment has arrived", paid),
        ),
        (
            waits and signup.paid_at is not None,
            Letter("records", f"What {site} needs in its DNS", _listed(records)),
        ),
        (
            signup.live_at is not None and not waits,
            Letter("live", f"LeadEngine is live for {site}", f"{board}\n{_LIVE}"),
        ),
        (
            signup.live_at is not None and waits,
            Letter("set-up", f"Your server for {site} is ready", f"{_UNNAMED}\n{board}"),
        ),
        (
            signup.state is SignupState.READY,
            Letter("ready", f"Everything works on {site}", ready),
        ),
    )
    return tuple(letter for is_due, letter in known if is_due)


def _listed(records: tuple[Record, ...]) -> str:
    return "\n".join((_RECORDS, *map(str, records)))
