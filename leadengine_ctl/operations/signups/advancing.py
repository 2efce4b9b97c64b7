"""A sign-up goes on by itself, as far as it can without its person; each step looks before it acts."""

import time

from leadengine_ctl.billing.base import BillingServer
from leadengine_ctl.fleet.signup_records import SignupRecord, SignupState
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.signups.making import ask_for_client, look_for_client
from leadengine_ctl.operations.signups.paying import look_for_payment
from leadengine_ctl.operations.signups.watching import look_around
from leadengine_ctl.operations.signups.writing import write

_LATELY = 1800.0
_DAY = 86_400.0


def advance(world: World, server: BillingServer, signup: SignupRecord) -> SignupRecord:
    """One step further, and the mails that are due; the sign-up as it is then.

    Raises:
        LockedError: somebody else changed it meanwhile.
        LeadEngineError: the payment server, a host or the mail server did not answer.
    """
    match signup.state:
        case SignupState.OPEN if signup.checkout:
            signup = look_for_payment(world, server, signup)
        case SignupState.PAID:
            signup = ask_for_client(world, signup)
        case SignupState.MAKING:
            signup = look_for_client(world, signup)
        case SignupState.LIVE:
            signup = look_around(world, signup)
        case _:
            pass
    return write(world, signup)


def pause_of(signup: SignupRecord, now: float | None = None) -> float | None:
    """Seconds until it is worth another look; None: nothing happens to it any more."""
    moment = time.time() if now is None else now
    if signup.state in {SignupState.PAID, SignupState.MAKING}:
        return 0.5 if signup.tries < 2 else 30.0
    if signup.state is SignupState.REFUSED:
        return None if "refused" in signup.mailed else 60.0
    since = signup.live_at or signup.created_at
    age = moment - since
    if signup.state is SignupState.READY:
        return 60.0 if "ready" not in signup.mailed and age < 7 * _DAY else None
    if age > 30 * _DAY:
        return None
    return 2.0 if age < _LATELY else 60.0
