"""What the world sees of a name: asked of several resolvers, for IPv4, IPv6 and CAA."""

from dataclasses import dataclass

import dns.exception
import dns.rdatatype
import dns.resolver

from leadengine_ctl.dns.base import Record

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
        strange: values that lead elsewhere: an authority that meets one cannot certify.
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


def look(name: str, wanted: tuple[Record, ...], resolver: Resolver) -> Seen:
    """Ask one resolver for a name, and compare with what should be there."""
    try:
        found = (*_ask(resolver, name, "A"), *_ask(resolver, name, "AAAA"))
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


def forbidding_caa(name: str, authority: str, resolver: Resolver) -> str:
    """The name whose CAA records forbid this authority to certify; empty: it may.

    Args:
        authority: its domain, as in `letsencrypt.org`.
    """
    labels = name.split(".")
    for start in range(len(labels) - 1):
        parent = ".".join(labels[start:])
        try:
            issuers = _issuers(resolver, parent)
        except dns.exception.DNSException:
            continue
        if issuers is not None:
            # The nearest set counts, and it alone (RFC 8659).
            return "" if authority in issuers else parent
    return ""


def _issuers(resolver: Resolver, name: str) -> set[str] | None:
    """Who may certify, by the CAA set of this very name; None: it has none."""
    found = _resolve(resolver, name, "CAA")
    if found is None:
        return None
    named = [each for each in found if each.tag == b"issue"]
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
