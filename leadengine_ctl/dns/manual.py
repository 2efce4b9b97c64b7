"""DNS that somebody else has in their hands: what to tell them."""

from leadengine_ctl.dns.base import TTL, Record


def instructions(records: tuple[Record, ...]) -> tuple[str, ...]:
    """The records, one a line, as a person types them into a form."""
    rows = [f"  {each.kind:<5} {each.name:<40} {each.value}" for each in records]
    return (f"Set these records where the domain's DNS is kept (TTL {TTL}):", *rows)
