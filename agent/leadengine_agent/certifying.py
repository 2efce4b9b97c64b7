"""Looks after one certificate: the real one as soon as it can be had, within the CA's limits."""

import datetime
import os
import time
from dataclasses import dataclass
from typing import Protocol

from cryptography import x509

from leadengine_agent import acme
from leadengine_agent.certificates import (
    CertificateStore,
    LocalCA,
    Pair,
    check,
    is_due,
    kind_of,
    names_of,
    serial_of,
)
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure
from leadengine_agent.files import write_atomically
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.limiter import DNS_PAUSE, History
from leadengine_agent.proof import Asking
from leadengine_agent.protocol import FailureCode
from leadengine_agent.schedule import read_history
from leadengine_agent.stack import forget_state, read_state, write_state
from leadengine_agent.values import is_private

_LOOK_AGAIN = 3600.0
_DUE, _LAST = 3, 6
"""The part of a certificate's life in which it is renewed. A wildcard needs a person's tools: they have
from the one to the other; then the host gets one without, and the domain itself is served on."""
_SWITCH = "certificate-switch"
"""The note that stands while nginx was not yet seen to serve the pair that is current."""


class Front(Protocol):
    """The nginx that serves a certificate."""

    def prove(self) -> None:
        """Raises TaskFailure when nginx refuses what is current."""

    def reload(self) -> None: ...

    def certificate(self) -> x509.Certificate | None:
        """What it serves now."""
        ...


@dataclass(frozen=True)
class Site:
    """What is served under one name.

    Attributes:
        front: its nginx.
    """

    layout: StackLayout
    named: acme.Named
    front: Front


class Keeper:
    """Looks after the certificate of one site.

    Args:
        asking: who puts a TXT record that proves the domain; None: it has to point here.
    """

    def __init__(self, host: HostLayout, site: Site, asking: Asking | None = None) -> None:
        self._host = host
        self._asking = asking
        self._layout = site.layout
        self._site = site
        self._store = CertificateStore(site.layout.certificates)
        self._domain = site.named.names[0]
        self._orders = acme.orders(site.named, asking)
        self._now = datetime.datetime.now(datetime.UTC)

    def look_after(self) -> Did:
        if is_private(self._domain):
            return self._local()
        pair = self._store.current()
        if pair is not None and self._is_good(pair):
            return self._keep(pair, "the certificate is good")
        left = acme.existing(self._layout, self._orders)
        if left is not None and self._is_good(left):
            return self._serve(left)
        return self._order()

    def _local(self) -> Did:
        pair = self._store.current()
        domain, *others = self._site.named.certified
        also = tuple(others)
        sound = pair is not None and not check(pair, domain, self._now, also)
        if pair is not None and sound and not is_due(pair.leaf, self._now):
            return self._keep(pair, "issued by the host's own CA")
        return self._serve(LocalCA(self._host.local_ca).issue(domain, self._now, also))

    def _keep(self, pair: Pair, detail: str) -> Did:
        """Leave a good pair alone, unless a kill came before nginx was seen to serve it."""
        if read_state(self._layout, _SWITCH):
            return self._serve(pair)
        self._rest(pair)
        return Did(False, detail)

    def _rest(self, pair: Pair) -> None:
        """Look again in an hour; until then a person is told what this pair lacks."""
        advice = wildcard_advice(self._site.named, pair.leaf, self._now)
        if advice:
            advice = f"{advice}: lectl dns certify {self._layout.client}"
        self._remember(self._history().wait(time.time() + _LOOK_AGAIN, advice))

    def _is_good(self, pair: Pair) -> bool:
        domain, *others = self._orders
        sound = not check(pair, domain, self._now, tuple(others))
        part = _LAST if self._asking is None and _is_wild(pair.leaf) else _DUE
        return sound and kind_of(pair.leaf) == "acme" and not is_due(pair.leaf, self._now, part)

    def _order(self) -> Did:
        now = time.time()
        history = self._history().settled(now)
        blocked = history.blocked_until(now)
        if blocked:
            when = datetime.datetime.fromtimestamp(blocked, datetime.UTC)
            advice = f"the CA's limits allow the next attempt at {when:%Y-%m-%d %H:%M} UTC"
            return self._later(history.wait(blocked, history.advice or advice))
        if self._asking is None:
            for name in self._site.named.names:
                reach = acme.reaches_here(self._layout, name)
                if not reach.here:
                    return self._later(history.wait(now + DNS_PAUSE, reach.why))
        if wrong := acme.wrong_clock(self._layout, self._site.named):
            return self._later(history.wait(now + _LOOK_AGAIN, wrong))
        _prove_writable(self._layout)
        history = history.begin(now)
        self._remember(history)
        try:
            pair = acme.order(self._layout, self._site.named, self._asking)
        except acme.OrderFailedError as error:
            advice = f"the CA gave no certificate: {error}"
            return self._later(history.fail(time.time(), advice))
        self._remember(history.succeed())
        return self._serve(pair)

    def _serve(self, pair: Pair) -> Did:
        """Switch nginx to the pair and look at what it serves then."""
        domain, *others = self._orders
        problem = check(pair, domain, datetime.datetime.now(datetime.UTC), tuple(others))
        if problem:
            raise _unusable(self._domain, problem)
        front = self._site.front
        write_state(self._layout, _SWITCH, {"serial": serial_of(pair.leaf)})
        self._install_proven(pair)
        front.reload()
        _await_serial(front, serial_of(pair.leaf), self._domain)
        forget_state(self._layout, _SWITCH)
        self._rest(pair)
        return Did(True, f"{self._domain} is served with a certificate of {_issuer(pair)}")

    def _install_proven(self, pair: Pair) -> None:
        """Make the pair current; the one before comes back when nginx refuses it."""
        before = self._store.current()
        self._store.install(pair)
        try:
            self._site.front.prove()
        except TaskFailure:
            if before is not None:
                self._store.install(before)
            raise

    def _later(self, history: History) -> Did:
        self._remember(history)
        return Did(False, history.advice)

    def _remember(self, history: History) -> None:
        path = self._host.certify_history(self._domain)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_atomically(path, history.model_dump_json(), mode=0o600)

    def _history(self) -> History:
        return read_history(self._host, self._domain)


def wildcard_advice(named: acme.Named, leaf: x509.Certificate, now: datetime.datetime) -> str:
    """Why a person is needed for a wildcard, which the host alone cannot renew; empty: nothing."""
    wild = [each for each in named.certified if each.startswith("*.")]
    if not wild or kind_of(leaf) != "acme":
        return ""
    if wild[0] not in names_of(leaf):
        return f"the certificate is not for {wild[0]} yet, which only a TXT record proves"
    if is_due(leaf, now):
        end = f"{leaf.not_valid_after_utc:%Y-%m-%d}"
        return f"the certificate for {wild[0]} ends on {end}, and only a TXT record renews it"
    return ""


def _is_wild(leaf: x509.Certificate) -> bool:
    return any(each.startswith("*.") for each in names_of(leaf))


def _issuer(pair: Pair) -> str:
    return pair.leaf.issuer.rfc4514_string()


def _await_serial(front: Front, serial: str, domain: str) -> None:
    end = time.monotonic() + 15
    while True:
        leaf = front.certificate()
        if leaf is not None and serial_of(leaf) == serial:
            return
        if time.monotonic() > end:
            raise _unusable(domain, "nginx still serves another one")


def _prove_writable(layout: StackLayout) -> None:
    """Write and read back 10 KiB before the CA is asked: a full disk must not cost an order."""
    sample = os.urandom(10_240)
    path = layout.acme / ".writable"
    path.write_bytes(sample)
    same = path.read_bytes() == sample
    path.unlink()
    if not same:
        raise OSError(5, "what was written could not be read back", str(path))


def _unusable(domain: str, why: str) -> TaskFailure:
    return TaskFailure(
        FailureCode.CERTIFICATE,
        f"The new certificate for {domain} is not used.",
        f"{why[0].upper()}{why[1:]}.",
        "The one before is still served; the next attempt follows by itself.",
    )
