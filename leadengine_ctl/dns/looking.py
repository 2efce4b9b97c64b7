"""What the world sees of a name: asked of several resolvers, for IPv4, IPv6 and CAA."""

from dataclasses import dataclass

import dns.exception
import dns.rdatatype
import dns.resolver

from leadengine_ctl.dns.base import Record, records_of

_ANY = "lectl-looks-here"
"""A label that stands for any, where a wildcard is looked at."""
_PATIENCE = 5.0
"""Seconds for one question."""


@dataclass(frozen=True)
class Resolver:
    """A name server that answers questions about all names."""

    address: str
    port: int = 53

    def __str__(self) -> str:
        return self.address if self.port == 53 else f"{self.address}:{self.port}"


@dataclass(frozen=True)
class Seen:
    """What one resolver says.

    Attributes:
        found: the values of A and AAAA.
        missing: records that should be there and are not.
        strange: values that lead elsewhere: an authority that meets one cannot certify. Of several
            names each stands with its own.
        silent: why it said nothing; empty: it answered.
    """

    resolver: Resolver
    found: tuple[str, ...] = ()
    missing: tuple[Record, ...] = ()
    strange: tuple[str, ...] = ()
    silent: str = ""

    @property
    def is_right(self) -> bool:
        return not (self.missing or self.strange or self.silent)


def look_at_all(names: tuple[str, ...], addresses: tuple[str, ...], resolver: Resolver) -> Seen:
    """Ask one resolver for several names that should all lead to the same addresses.

    Args:
        names: a wildcard is asked for by a name below it that nobody has.
    """
    seen = [look(each, records_of(each, addresses), resolver) for each in names]
    if len(seen) == 1:
        return seen[0]
    both = zip(names, seen, strict=True)
    return Seen(
        resolver,
        found=tuple(dict.fromkeys(value for each in seen for value in each.found)),
        missing=tuple(record for each in seen for record in each.missing),
        strange=tuple(f"{value} of {name}" for name, each in both for value in each.strange),
        silent=next((each.silent for each in seen if each.silent), ""),
    )


def look(name: str, wanted: tuple[Record, ...], resolver: Resolver) -> Seen:
    """Ask one resolver for a name, and compare with what should be there."""
    asked = name.replace("*", _ANY)
    try:
        found = (*_ask(resolver, asked, "A"), *_ask(resolver, asked, "AAAA"))
    except dns.exception.DNSException as error:
        return Seen(resolver, silent=_why(error))
    values = {each.value for each in wanted}
    return Seen(
        resolver,
        found=found,
        missing=tuple(each for each in wanted if each.value not in found),
        strange=tuple(each for each in found if each not in values),
    )


def sees_text(name: str, value: str, resolver: Resolver) -> bool | None:
    """Whether a resolver sees a TXT record with this value; None: it said nothing."""
    try:
        found = _resolve(resolver, name, "TXT")
    except dns.exception.DNSException:
        return None
    return value.encode() in {b"".join(each.strings) for each in found or ()}


def forbidding_caa(name: str, authority: str, resolver: Resolver, *, wildcard: bool = False) -> str:
    """The name whose CAA records forbid this authority to certify; empty: it may.

    Args:
        authority: its domain, as in `letsencrypt.org`.
        wildcard: the certificate is for every name below, which records of their own may decide.
    """
    labels = name.split(".")
    for start in range(len(labels) - 1):
        parent = ".".join(labels[start:])
        try:
            issuers = _issuers(resolver, parent, wildcard=wildcard)
        except dns.exception.DNSException:
            continue
        if issuers is not None:
            # The nearest set counts, and it alone (RFC 8659).
            return "" if authority in issuers else parent
    return ""


def _issuers(resolver: Resolver, name: str, *, wildcard: bool) -> set[str] | None:
    """Who may certify, by the CAA set of this very name; None: it has none."""
    found = _resolve(resolver, name, "CAA")
    if found is None:
        return None
    wild = [each for each in found if each.tag == b"issuewild"]
    named = wild if wildcard and wild else [each for each in found if each.tag == b"issue"]
    return {each.value.decode("ascii", "replace").partition(";")[0].strip() for each in named}


def _ask(resolver: Resolver, name: str, kind: str) -> tuple[str, ...]:
    found = _resolve(resolver, name, kind)
    return tuple(sorted(each.address for each in found)) if found else ()


def _resolve(resolver: Resolver, name: str, kind: str) -> dns.resolver.Answer | None:
    asked = dns.resolver.Resolver(configure=False)
    asked.nameservers = [resolver.address]
    asked.port = resolver.port
    asked.lifetime = _PATIENCE
    try:
        return asked.resolve(f"{name}.", kind)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None


def _why(error: dns.exception.DNSException) -> str:
    if isinstance(error, dns.exception.Timeout):
        return f"It did not answer within {_PATIENCE:.0f} s."
    return "It answered with a failure of its own."
