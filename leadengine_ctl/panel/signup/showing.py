"""What a sign-up's page shows beside the sign-up itself."""

from dataclasses import dataclass

from leadengine_ctl.billing.plans import TIERS, Tier
from leadengine_ctl.dns.base import Record
from leadengine_ctl.fleet.signup_records import SignupRecord, SignupState
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.signups.own_stack import records_for
from leadengine_ctl.operations.signups.proving import FILE, record_of

STEPS = ("Company", "Payment", "Set up", "Install", "Ready")


@dataclass(frozen=True)
class Facts:
    """Attributes:
    step: which of `STEPS` it is at, from 0.
    records: what the domain's owner has to write into its DNS, for a stack of their own.
    waits_for_name: its domain does not lead there yet, as far as we have seen.
    every: seconds after which the page looks anew; 0: it waits for the person.
    """

    tier: Tier
    step: int
    steps: tuple[str, ...]
    proof: str
    proof_file: str
    records: tuple[Record, ...]
    waits_for_name: bool
    every: int


_STEP = {
    SignupState.APPROVAL: 0,
    SignupState.PAID: 2,
    SignupState.MAKING: 2,
    SignupState.LIVE: 3,
    SignupState.READY: 4,
    SignupState.REFUSED: 0,
}


def facts_of(world: World, signup: SignupRecord) -> Facts:
    """What is shown; it asks nobody."""
    step = _STEP.get(signup.state, 1 if signup.slug else 0)
    waits = signup.state in {SignupState.PAID, SignupState.MAKING, SignupState.LIVE}
    records = records_for(world, signup)
    return Facts(
        tier=TIERS[signup.plan],
        step=step,
        steps=STEPS,
        proof=record_of(signup),
        proof_file=f"https://{signup.domain}{FILE}",
        records=records,
        waits_for_name=bool(records) and signup.secure_at is None,
        every=1 if waits or signup.checkout else 0,
    )
