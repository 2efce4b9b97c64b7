"""One certificate order, by certbot in a one-off container (RFC 8555, HTTP-01 or DNS-01).

What the CA answers never reaches a shell or a path: certbot writes below the stack's own folder, and
what it leaves there is checked as a pair before nginx sees it (promise C6).
"""

import datetime
import json
import secrets
from dataclasses import dataclass
from typing import Protocol

from leadengine_agent import docker, proof
from leadengine_agent.certificates import CLOCKS_DIFFER, Pair
from leadengine_agent.docker import DockerError, OneOff
from leadengine_agent.files import write_atomically
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import Acme

_TIMEOUT = 240
_WEBROOT = ("--webroot", "--webroot-path", "/acme/webroot")


class OrderFailedError(Exception):
    """The CA did not give a certificate; the text is certbot's own last words."""


class Named(Protocol):
    """What a certificate is ordered for: names, a person, an authority.

    Attributes:
        names: what leads here in the end; the history of orders is called by the first.
        certified: what it should be for: the names, or a wildcard that only a TXT record proves.
    """

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def certified(self) -> tuple[str, ...]: ...

    @property
    def email(self) -> str: ...

    @property
    def acme(self) -> Acme: ...


@dataclass(frozen=True)
class Reach:
    """Whether a request to the domain ends at this host. `why` is empty when it does."""

    here: bool
    why: str = ""


def reaches_here(layout: StackLayout, domain: str) -> Reach:
    """Ask for a random token under the domain's own name, as the CA will; costs the CA nothing."""
    token, proof = secrets.token_hex(16), secrets.token_hex(32)
    folder = layout.webroot / ".well-known" / "acme-challenge"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / token
    write_atomically(path, proof)
    url = f"http://{domain}/.well-known/acme-challenge/{token}"
    probe = OneOff(layout.client, docker.own_image(), ("probe", "fetch", url), network="host")
    try:
        answer = json.loads(probe.run(timeout=60))
    except DockerError as error:
        return Reach(False, f"{domain} could not be asked: {error}")
    finally:
        path.unlink(missing_ok=True)
    return Reach(True) if answer.get("body") == proof else Reach(False, _why(domain, answer))


def _why(domain: str, answer: dict[str, object]) -> str:
    addresses = answer.get("addresses")
    if not isinstance(addresses, list) or not addresses:
        return f"{domain} has no address yet: create an A record that points it to this host"
    where = ", ".join(str(each) for each in addresses)
    return f"{domain} points to {where}, which is not this host: change its A record"


def existing(layout: StackLayout, names: tuple[str, ...]) -> Pair | None:
    """The pair certbot left behind, from this order or from one that was interrupted after it."""
    live = layout.acme / "config" / "live" / _called(names)
    paths = live / "fullchain.pem", live / "privkey.pem"
    if not all(path.exists() for path in paths):
        return None
    return Pair(paths[0].read_bytes(), paths[1].read_bytes())


def orders(spec: Named, asking: proof.Asking | None) -> tuple[str, ...]:
    """What an order is for: no wildcard without a TXT record."""
    return spec.certified if asking else spec.names


def order(layout: StackLayout, spec: Named, asking: proof.Asking | None = None) -> Pair:
    """Order a certificate for what `orders` says.

    Args:
        asking: who puts the TXT records that prove the domain; None: the domain points here.

    Raises:
        OrderFailedError: no certificate; nothing that serves was changed.
    """
    trust = _trust(layout, spec)
    environment = {"REQUESTS_CA_BUNDLE": trust} if trust else {}
    certbot = OneOff(
        layout.client,
        docker.own_image(),
        certbot_words(spec, orders(spec, asking), proof.WORDS if asking else _WEBROOT),
        entrypoint="certbot",
        network="bridge",
        mounts=((layout.acme, "/acme", "rw"),),
        environment=environment,
    )
    try:
        if asking:
            asking.run(certbot, layout.acme, _TIMEOUT)
        else:
            certbot.run(timeout=_TIMEOUT)
    except DockerError as error:
        # Only its client was ended by a time limit; the container would go on.
        docker.reap_one_offs(layout.client)
        raise OrderFailedError(_last_words(error)) from error
    pair = existing(layout, orders(spec, asking))
    if pair is None:
        message = "certbot ended well but left no certificate"
        raise OrderFailedError(message)
    return pair


def wrong_clock(layout: StackLayout, spec: Named) -> str:
    """What is wrong with this host's clock, by the authority's own; empty: nothing, or it does not say.

    Under a wrong clock a good certificate looks bad, and so would the one that is ordered in its place.
    """
    words = ("probe", "ahead", spec.acme.directory, _trust(layout, spec))
    mounts = ((layout.acme, "/acme", "ro"),)
    probe = OneOff(layout.client, docker.own_image(), words, network="bridge", mounts=mounts)
    try:
        ahead = json.loads(probe.run(timeout=60)).get("ahead", 0.0)
    except DockerError:
        return ""
    if abs(ahead) < CLOCKS_DIFFER.total_seconds():
        return ""
    way = "ahead of" if ahead > 0 else "behind"
    off = datetime.timedelta(seconds=round(abs(ahead)))
    return (
        f"no certificate is ordered: this host's clock is {off} {way} the authority's."
        " Set it, then deploy again, or wait an hour"
    )


def _trust(layout: StackLayout, spec: Named) -> str:
    """Where a one-off container finds whom to trust as the authority; empty: the public ones."""
    if not spec.acme.trust:
        return ""
    write_atomically(layout.acme / "trust.pem", spec.acme.trust)
    return "/acme/trust.pem"


def _called(names: tuple[str, ...]) -> str:
    """What certbot calls a certificate: one with a wildcard is another one, and both have a folder."""
    wild = (each.replace("*", "wildcard") for each in names if each.startswith("*."))
    return next(wild, names[0])


def certbot_words(
    spec: Named, names: tuple[str, ...], by: tuple[str, ...] = _WEBROOT
) -> tuple[str, ...]:
    """What certbot is told: one order for these names, proven in this way."""
    return (
        "certonly", "--non-interactive", "--agree-tos", "--no-eff-email", *by,
        "--config-dir", "/acme/config",
        "--work-dir", "/acme/work", "--logs-dir", "/acme/logs", "--max-log-backups", "5",
        # In one word each: an address may begin with a hyphen.
        f"--server={spec.acme.directory}", f"--email={spec.email}",
        f"--cert-name={_called(names)}", *(f"--domain={name}" for name in names),
        "--key-type", "ecdsa",
        "--force-renewal",
    )  # fmt: skip


def _last_words(error: DockerError) -> str:
    noise = ("Ask for help", "See the logfile", "Saving debug log", "Some challenges have failed")
    lines = [line.strip() for line in error.lines if not line.strip().startswith(noise)]
    return " ".join(lines[-4:])[:500]
