"""Certificates: made, checked as a pair, and switched as a pair (promise C5)."""

import datetime
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from leadengine_agent.files import point, remove_tree, sync_directory, write_atomically
from leadengine_agent.layout import APP_GROUP
from leadengine_agent.values import PRIVATE_SUFFIXES

Kind = Literal["self-signed", "local", "acme"]
_KEPT = 3
_CA_NAME = "LeadEngine local CA"


@dataclass(frozen=True)
class Pair:
    """A certificate chain and its private key, as PEM."""

    chain: bytes
    key: bytes

    @property
    def leaf(self) -> x509.Certificate:
        return x509.load_pem_x509_certificates(self.chain)[0]


def serial_of(certificate: x509.Certificate) -> str:
    return f"{certificate.serial_number:x}"


CLOCKS_DIFFER = datetime.timedelta(hours=1)
"""What an authority's clock may be ahead of ours; they date what they issue back by as much."""


def check(pair: Pair, domain: str, now: datetime.datetime, also: tuple[str, ...] = ()) -> str:
    """Why nginx must not be given this pair for a domain and `also` others; empty when it may."""
    if why := fault(pair, domain, *also):
        return why
    leaf = pair.leaf
    if not leaf.not_valid_before_utc - CLOCKS_DIFFER <= now < leaf.not_valid_after_utc:
        return "it is not valid now"
    return ""


def fault(pair: Pair, *names: str) -> str:
    """The same for what no clock has a say in."""
    try:
        chain = x509.load_pem_x509_certificates(pair.chain)
        key = serialization.load_pem_private_key(pair.key, None)
    except (ValueError, TypeError) as error:
        return f"it cannot be read: {error}"
    leaf = chain[0]
    if leaf.public_key() != key.public_key():
        return "the key does not belong to the certificate"
    if missing := [name for name in names if not covers(leaf, name)]:
        return f"it is not for {missing[0]}"
    if len(chain) == 1 and leaf.issuer != leaf.subject and not _is_local(leaf):
        return "its chain is missing"
    return ""


def covers(leaf: x509.Certificate, name: str) -> bool:
    """Whether it is for a name: by itself, or by a wildcard for the one label in front (RFC 6125)."""
    _, _, parent = name.partition(".")
    return not {name, f"*.{parent}"}.isdisjoint(names_of(leaf))


def names_of(leaf: x509.Certificate) -> list[str]:
    """What a certificate is for."""
    try:
        extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return extension.value.get_values_for_type(x509.DNSName)


def _is_local(leaf: x509.Certificate) -> bool:
    return f"CN={_CA_NAME}" in leaf.issuer.rfc4514_string()


def kind_of(leaf: x509.Certificate) -> Kind:
    if _is_local(leaf):
        return "local"
    return "self-signed" if leaf.issuer == leaf.subject else "acme"


def is_due(leaf: x509.Certificate, now: datetime.datetime, part: int = 3) -> bool:
    """True when less than a third of its life is left: right for 90 days and for 6 (promise C3).

    Args:
        part: another part of its life.
    """
    life = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    return leaf.not_valid_after_utc - now < life / part


class CertificateStore:
    """The certificate folder of one stack: `current` → one immutable pair."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def current(self) -> Pair | None:
        link = self._folder / "current"
        if not link.exists():
            return None
        return Pair((link / "fullchain.pem").read_bytes(), (link / "privkey.pem").read_bytes())

    def install(self, pair: Pair) -> bool:
        """Make `pair` current: all of it or nothing of it. False when it was already."""
        if self.current() == pair:
            return False
        name = hashlib.sha256(pair.chain).hexdigest()[:16]
        folder = self._folder / name
        draft = self._folder / f".{name}.new"
        remove_tree(draft)
        draft.mkdir(mode=0o755)
        write_atomically(draft / "fullchain.pem", pair.chain)
        write_atomically(draft / "privkey.pem", pair.key, mode=0o640, group=APP_GROUP)
        remove_tree(folder)
        draft.rename(folder)
        sync_directory(self._folder)
        point(self._folder / "current", name)
        self._prune()
        return True

    def _prune(self) -> None:
        current = (self._folder / "current").resolve()
        others = [
            each for each in self._folder.iterdir() if each.is_dir() and not each.is_symlink()
        ]
        old = sorted((e for e in others if e != current), key=lambda e: e.stat().st_mtime)
        for folder in old[:-_KEPT]:
            remove_tree(folder)


def self_signed(domain: str, now: datetime.datetime, also: tuple[str, ...] = ()) -> Pair:
    """A certificate that only encrypts: served until a CA can be asked."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain[:64])])
    leaf = _leaf_builder((domain, *also), now, days=365).subject_name(name).issuer_name(name)
    return Pair(_pem(leaf.public_key(key.public_key()).sign(key, hashes.SHA256())), _key_pem(key))


class LocalCA:
    """The host's own authority, for names no public CA may certify. Its root is offered for trust."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def root_pem(self) -> str:
        path = self._folder / "root.pem"
        return path.read_text() if path.exists() else ""

    def issue(self, domain: str, now: datetime.datetime, also: tuple[str, ...] = ()) -> Pair:
        """A leaf for `domain` and `also` others, valid 90 days."""
        root, root_key = self._ensure(now)
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain[:64])])
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
        builder = (
            _leaf_builder((domain, *also), now, days=90)
            .subject_name(name)
            .issuer_name(root.subject)
            .add_extension(authority, critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        )
        leaf = builder.public_key(key.public_key()).sign(root_key, hashes.SHA256())
        return Pair(_pem(leaf), _key_pem(key))

    def _ensure(
        self, now: datetime.datetime
    ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        both = self._folder / "root.key", self._folder / "root.pem"
        if not both[1].exists():
            key = ec.generate_private_key(ec.SECP256R1())
            write_atomically(both[0], _key_pem(key), mode=0o600)
            write_atomically(both[1], _pem(_root(key, now)))
        loaded = serialization.load_pem_private_key(both[0].read_bytes(), None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            message = f"{both[0]} is not the key this agent made"
            raise TypeError(message)
        return x509.load_pem_x509_certificate(both[1].read_bytes()), loaded


def _root(key: ec.EllipticCurvePrivateKey, now: datetime.datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _CA_NAME)])
    allowed = [x509.DNSName(suffix.removeprefix(".")) for suffix in PRIVATE_SUFFIXES]
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        # Whoever trusts this root trusts it for private names only.
        .add_extension(x509.NameConstraints(allowed, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _leaf_builder(
    domains: tuple[str, ...], now: datetime.datetime, days: int
) -> x509.CertificateBuilder:
    names = x509.SubjectAlternativeName([x509.DNSName(domain) for domain in domains])
    return (
        x509.CertificateBuilder()
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(names, critical=False)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
