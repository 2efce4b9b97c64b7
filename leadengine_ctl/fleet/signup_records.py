"""What is known of somebody who signs up. Times are seconds since 1970."""

from enum import StrEnum

from leadengine_agent.values import Frozen


class SignupState(StrEnum):
    """How far a sign-up is, in this order.

    `open` waits for the person, `paid` for us, `approval` for an admin, `making` for the operation that
    makes the client, `live` for the first visit, and `ready` for nothing. `refused` is an admin's word.
    """

    OPEN = "open"
    PAID = "paid"
    APPROVAL = "approval"
    MAKING = "making"
    LIVE = "live"
    READY = "ready"
    REFUSED = "refused"


class SignupRecord(Frozen):
    """A sign-up.

    Attributes:
        network: where it was begun, as far as one household reaches.
        company, slug, domain, colour: empty until they were said; `slug` is the client's name.
        proof: what the person puts where only the domain's owner can.
        proven_by: `dns`, `file` or `snippet`; empty: not yet.
        checkout: the payment server's page and its address, once it was opened; `pages`: those that lapsed.
        agreed_by: the admin who let it pass, or `nobody needed`.
        operation: that makes the client; `tries`: how often one was asked for.
        tag, snippet: what the website includes.
        secure_at: when a stack of its own was seen to serve a certificate of an authority's.
        live_at: when the client was there; `hit_at`: when its first visit was seen.
        read_at: when the reading of its website was ordered; `ready_at`: when the concierge knew something.
        problem: what holds it up, for our people and the person's eyes.
        mailed: the stages that were written about.
        version: rises with each change.
    """

    id: str
    email: str
    plan: str
    state: SignupState = SignupState.OPEN
    created_at: float
    network: str = ""
    company: str = ""
    slug: str = ""
    domain: str = ""
    colour: str = "#2563eb"
    proof: str
    proven_by: str = ""
    checkout: str = ""
    checkout_url: str = ""
    pages: int = 0
    paid_at: float | None = None
    agreed_by: str = ""
    operation: str = ""
    tries: int = 0
    stack: str = ""
    client_id: str = ""
    dashboard: str = ""
    snippet: str = ""
    tag: str = ""
    live_at: float | None = None
    secure_at: float | None = None
    hit_at: float | None = None
    read_at: float | None = None
    ready_at: float | None = None
    problem: str = ""
    mailed: tuple[str, ...] = ()
    version: int = 1

    @property
    def seconds(self) -> float | None:
        """From payment to live; None: not live yet."""
        return self._since_payment(self.live_at)

    @property
    def seconds_to_https(self) -> float | None:
        """From payment to a certificate of an authority's, of a stack of its own; None: not yet."""
        return self._since_payment(self.secure_at)

    def _since_payment(self, moment: float | None) -> float | None:
        if moment is None or self.paid_at is None:
            return None
        return max(0.0, moment - self.paid_at)
