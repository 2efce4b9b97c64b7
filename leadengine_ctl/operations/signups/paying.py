"""The payment, on a page of the payment server's. Before it nothing is bought, and nobody is a client."""

import time

from leadengine_ctl.billing.base import BillingServer, Subscribing
from leadengine_ctl.billing.plans import terms
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.billing_records import Kind, SubscriptionRecord
from leadengine_ctl.fleet.signup_records import SignupRecord, SignupState
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.billing.following import follow
from leadengine_ctl.operations.billing.standing import settle
from leadengine_ctl.operations.billing.subscribe import follow_all
from leadengine_ctl.operations.signups.beginning import check_open
from leadengine_ctl.operations.signups.making import check_place


def open_payment(world: World, server: BillingServer, signup: SignupRecord) -> SignupRecord:
    """Open the page on which it is paid; opened before, it is the same page as long as it is good.

    Raises:
        NotAllowedError: something is missing before.
        BillingError: the payment server refused or did not answer; the same again is safe.
    """
    check_open(world)
    if signup.state is not SignupState.OPEN or not signup.slug:
        raise NotAllowedError("It is not time to pay yet", "", "Open your sign-up again.")
    if signup.checkout:
        now = server.look_at_checkout(signup.checkout)
        if now.is_paid or not now.is_over:
            return signup
    check_place(world, signup)
    # Two browsers that ask in the same minute make one customer.
    made = server.add_customer(
        signup.slug, signup.company, signup.email, f"leadengine-signup-{signup.id}-{signup.slug}"
    )
    follow(world.store.books, server, Kind.CUSTOMER, made.id)
    order = Subscribing(made.id, terms(signup.plan), server.prices(), "card", 0)
    back = f"{world.settings.panel_place}/start/mine"
    page = server.open_checkout(
        order, back, f"leadengine-checkout-{signup.id}-{signup.slug}-{signup.pages}"
    )
    return world.store.signups.change_anyway(signup, checkout=page.id, checkout_url=page.url)


def look_for_payment(world: World, server: BillingServer, signup: SignupRecord) -> SignupRecord:
    """See whether it was paid; the sign-up as it is then.

    Raises:
        BillingError: the payment server did not answer.
    """
    page = server.look_at_checkout(signup.checkout)
    if page.is_over and not page.is_paid:
        return world.store.signups.change_anyway(
            signup, checkout="", checkout_url="", pages=signup.pages + 1
        )
    if not page.is_paid:
        return signup
    bought = server.read(Kind.SUBSCRIPTION, page.subscription)
    if not isinstance(bought, SubscriptionRecord):
        return signup
    follow_all(world, server, bought.id, bought.customer)
    settle(world)
    paid = world.store.signups.change_anyway(
        signup, state=SignupState.PAID, paid_at=time.time(), agreed_by=signup.agreed_by or "nobody"
    )
    world.record("signup.paid", signup.id, detail=f"{signup.slug}, {signup.plan}")
    return paid
