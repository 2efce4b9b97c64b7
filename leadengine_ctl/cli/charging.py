"""Billing at the command line: what is asked before money is, and what is shown."""

from dataclasses import dataclass
from datetime import UTC, datetime

from leadengine_ctl.billing.base import Collect
from leadengine_ctl.billing.registry import open_server
from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.asking import confirm
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import ExitCode
from leadengine_ctl.operations.billing.chores import catch_up
from leadengine_ctl.operations.billing.portal import open_portal
from leadengine_ctl.operations.billing.reconcile import Difference, compare, heal
from leadengine_ctl.operations.billing.setup import set_up
from leadengine_ctl.operations.billing.show import Bill, read_bill
from leadengine_ctl.operations.billing.subscribe import Offer, make_offer, subscribe


@dataclass(frozen=True)
class Wish:
    """The words of `lectl billing subscribe`; amounts in pounds."""

    client: str
    plan: str | None
    monthly: float | None
    setup_fee: float | None
    card: bool


def set_up_and_tell(session: Session) -> None:
    done = set_up(session.world, open_server(session.world.settings))
    if session.as_json:
        terminal.put_json({"kind": "result", "changed": list(done)})
        return
    for sentence in done or ("Everything is there already.",):
        terminal.say(sentence, "good")


def subscribe_and_tell(session: Session, wish: Wish, *, yes: bool) -> None:
    """Show what is bought, ask, and buy."""
    agreed = (_pence(wish.monthly), _pence(wish.setup_fee))
    how: Collect = "card" if wish.card else "invoice"
    offer = make_offer(session.world, wish.client, wish.plan, agreed, how)
    server = open_server(session.world.settings)
    _show_offer(session, offer)
    if not yes:
        confirm(f"Charge {wish.client}?", f"{wish.client} was not charged")
    found, new = subscribe(session.world, server, offer)
    if session.as_json:
        terminal.put_json({"kind": "result", "new": new, **found.model_dump(mode="json")})
        return
    words = "has subscribed" if new else "had subscribed before; nothing was changed"
    terminal.say(f"{wish.client} {words}.", "good")


def _pence(pounds: float | None) -> int | None:
    return None if pounds is None else round(pounds * 100)


def _show_offer(session: Session, offer: Offer) -> None:
    terms, days = offer.terms, session.world.settings.billing_due_days
    terminal.say(f"{offer.client.slug}: {terms.tier.title}, {terms.monthly} a month.")
    if terms.setup:
        terminal.say(f"For setting up: {terms.setup}, once.")
    how = f"sent to {offer.client.email}, to be paid within {days} days"
    how = "charged to the card that the client left" if offer.collect == "card" else how
    terminal.say(f"The first bill is {offer.first}, {how}.")
    if terms.tier.name != offer.client.plan:
        terminal.say(f"Its stack is of the plan {offer.client.plan}, and stays that.", "warn")


def put_bill(session: Session, client: str) -> None:
    """What the books have of a client."""
    bill = read_bill(session.world, client)
    if session.as_json:
        terminal.put_json({"kind": "result", **_json(bill)})
        return
    tone = "good" if bill.verdict.standing in {"good", "none"} else "bad"
    terminal.put(f"{client}  {bill.verdict.standing}  {bill.verdict.why}", tone)
    if bill.told:
        terminal.put(f"Its stack was told: {bill.told}.")
    if bill.verdict.next_at:
        terminal.put(f"Without a payment it gets worse on {_day(bill.verdict.next_at)}.")
    if bought := bill.subscription:
        monthly = f"{bought.monthly} a month" if bought.monthly else "an amount of its own"
        terminal.put(f"Buys {bought.plan or bought.id} for {monthly}: {bought.status}.")
    for cost in bill.costs:
        terminal.put(f"Costs {cost.amount}: {cost.what}.")
    rows = [
        (each.number or each.id, each.status, str(each.total), _day(each.created))
        for each in bill.invoices[:12]
    ]
    if rows:
        terminal.put_table([("BILL", "STATE", "AMOUNT", "OF"), *rows])


def _json(bill: Bill) -> dict[str, object]:
    return {
        "client": bill.client,
        "plan": bill.plan,
        "customer": bill.customer,
        "standing": bill.verdict.standing,
        "why": bill.verdict.why,
        "worse_at": bill.verdict.next_at,
        "told": bill.told,
        "subscription": bill.subscription.model_dump(mode="json") if bill.subscription else None,
        "invoices": [each.model_dump(mode="json") for each in bill.invoices],
        "payments": [each.model_dump(mode="json") for each in bill.payments],
        "costs": [
            {"what": each.what, **each.amount.model_dump(mode="json")} for each in bill.costs
        ],
    }


def put_portal(session: Session, client: str) -> None:
    link = open_portal(session.world, open_server(session.world.settings), client)
    if session.as_json:
        terminal.put_json({"kind": "result", "url": link})
        return
    terminal.put(link)
    terminal.say(
        "Whoever has this link sees and pays the bills. It is good for some minutes.", "warn"
    )


def reconcile_and_tell(session: Session, *, healing: bool) -> ExitCode:
    """Show the differences; those that are left decide the exit code."""
    server = open_server(session.world.settings)
    found = compare(session.world, server)
    if healing and found:
        count = heal(session.world, server, found)
        terminal.say(f"{count} followed the server.", "good")
        found = compare(session.world, server)
    if session.as_json:
        rows = [each.__dict__ for each in found]
        terminal.put_json({"kind": "result", "differences": rows})
    elif found:
        terminal.put_table([("WHAT", "ID", "CLIENT", "DIFFERENCE"), *map(_row, found)])
    else:
        terminal.say("Our books and the payment server's are the same.", "good")
    return ExitCode.ERROR if found else ExitCode.OK


def _row(each: Difference) -> tuple[str, ...]:
    return each.kind, each.key, each.client, each.sentence


def catch_up_and_tell(session: Session) -> None:
    done = catch_up(session.world, open_server(session.world.settings), session.run)
    if session.as_json:
        changes = [{"client": each.client, "standing": each.now.standing} for each in done.changed]
        terminal.put_json(
            {
                "kind": "result",
                "events": done.events,
                "usage": done.usage,
                "changed": changes,
                "told": done.told,
            }
        )
        return
    terminal.say(f"{done.events} messages looked into, {done.usage} of usage sent.")
    for each in done.changed:
        terminal.say(f"{each.client}: {each.before} → {each.now.standing}. {each.now.why}", "warn")
    for name in done.told:
        terminal.say(f"{name}: its stack was told.")


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
