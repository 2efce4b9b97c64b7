"""`certify`: the certificate a stack should have, as soon as it can be had, without anybody asking."""

import datetime
import os
import time
from typing import Any

from leadengine_agent import acme
from leadengine_agent.certificates import (
    CertificateStore,
    LocalCA,
    Pair,
    check,
    is_due,
    kind_of,
    serial_of,
)
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure, not_found
from leadengine_agent.files import write_atomically
from leadengine_agent.gateway import Gateway
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.limiter import DNS_PAUSE, History
from leadengine_agent.proof import Asking
from leadengine_agent.protocol import Certify, CertifyResult, FailureCode
from leadengine_agent.records import Record, current_record
from leadengine_agent.schedule import read_history, stacks_of
from leadengine_agent.stack import (
    compose_of,
    forget_state,
    load_release,
    read_state,
    write_state,
)
from leadengine_agent.tasks.context import Context
from leadengine_agent.values import is_private

_LOOK_AGAIN = 3600.0
_SWITCH = "certificate-switch"
"""The note that stands while nginx was not yet seen to serve the pair that is current."""


def run(order: Certify, context: Context) -> dict[str, Any]:
    """Look after one stack's certificate, or after every stack's. Answers a `CertifyResult`.

    A certificate that cannot be had yet is no failure: the advice says what is missing.
    """
    advice = {}
    for layout in stacks_of(order, context.layout):
        record = current_record(layout)
        if record is None:
            if order.client:
                raise not_found(order.client)
            continue
        if order.scheduled and read_history(context.layout, record.spec.domain).waits(time.time()):
            continue
        keeper = Keeper(context.layout, layout, record)
        context.steps.run(f"certificate {layout.client}", keeper.look_after)
        advice[layout.client] = read_history(context.layout, record.spec.domain).advice
    return CertifyResult(advice=advice).model_dump()


class Keeper:
    """Looks after the certificate of one stack.

    Args:
        asking: who puts a TXT record that proves the domain; None: it has to point here.
    """

    def __init__(
        self,
        host: HostLayout,
        layout: StackLayout,
        record: Record,
        asking: Asking | None = None,
    ) -> None:
        self._host = host
        self._layout = layout
        self._record = record
        self._asking = asking
        self._store = CertificateStore(layout.certificates)
        self._domain = record.spec.domain
        self._now = datetime.datetime.now(datetime.UTC)

    def look_after(self) -> Did:
        if is_private(self._domain):
            return self._local()
        pair = self._store.current()
        if pair is not None and self._is_good(pair):
            return self._keep(pair, "the certificate is good")
        left = acme.existing(self._layout, self._domain)
        if left is not None and self._is_good(left):
            return self._serve(left)
        return self._order()

    def _local(self) -> Did:
        pair = self._store.current()
        sound = pair is not None and not check(pair, self._domain, self._now)
        if pair is not None and sound and not is_due(pair.leaf, self._now):
            return self._keep(pair, "issued by the host's own CA")
        return self._serve(LocalCA(self._host.local_ca).issue(self._domain, self._now))

    def _keep(self, pair: Pair, detail: str) -> Did:
        """Leave a good pair alone, unless a kill came before nginx was seen to serve it."""
        if read_state(self._layout, _SWITCH):
            return self._serve(pair)
        self._remember(self._history().wait(time.time() + _LOOK_AGAIN, ""))
        return Did(False, detail)

    def _is_good(self, pair: Pair) -> bool:
        sound = not check(pair, self._domain, self._now)
        return sound and kind_of(pair.leaf) == "acme" and not is_due(pair.leaf, self._now)

    def _order(self) -> Did:
        now = time.time()
        history = self._history().settled(now)
        blocked = history.blocked_until(now)
        if blocked:
            when = datetime.datetime.fromtimestamp(blocked, datetime.UTC)
            advice = f"the CA's limits allow the next attempt at {when:%Y-%m-%d %H:%M} UTC"
            return self._later(history.wait(blocked, history.advice or advice))
        if self._asking is None:
            reach = acme.reaches_here(self._layout, self._domain)
            if not reach.here:
                return self._later(history.wait(now + DNS_PAUSE, reach.why))
        _prove_writable(self._layout)
        history = history.begin(now)
        self._remember(history)
        try:
            pair = acme.order(self._layout, self._record.spec, self._asking)
        except acme.OrderFailedError as error:
            advice = f"the CA gave no certificate: {error}"
            return self._later(history.fail(time.time(), advice))
        self._remember(history.succeed())
        return self._serve(pair)

    def _serve(self, pair: Pair) -> Did:
        """Switch nginx to the pair and look at what it serves then."""
        problem = check(pair, self._domain, datetime.datetime.now(datetime.UTC))
        if problem:
            raise _unusable(self._domain, problem)
        gateway = self._gateway()
        write_state(self._layout, _SWITCH, {"serial": serial_of(pair.leaf)})
        self._install_proven(pair, gateway)
        gateway.reload()
        _await_serial(gateway, serial_of(pair.leaf), self._domain)
        forget_state(self._layout, _SWITCH)
        self._remember(self._history().wait(time.time() + _LOOK_AGAIN, ""))
        return Did(True, f"{self._domain} is served with a certificate of {_issuer(pair)}")

    def _gateway(self) -> Gateway:
        release, _ = load_release(self._host, self._record.release)
        compose = compose_of(self._layout, self._record)
        return Gateway(self._layout, self._record, compose, release.images["nginx"].reference)

    def _install_proven(self, pair: Pair, gateway: Gateway) -> None:
        """Make the pair current; the one before comes back when nginx refuses it."""
        before = self._store.current()
        self._store.install(pair)
        try:
            gateway.prove()
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


def _issuer(pair: Pair) -> str:
    return pair.leaf.issuer.rfc4514_string()


def _await_serial(gateway: Gateway, serial: str, domain: str) -> None:
    end = time.monotonic() + 15
    while True:
        leaf = gateway.served().certificate
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
