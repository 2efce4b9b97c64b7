"""Certificates on a host whose clock is wrong: a good one stays, and whether we know the time is asked."""

import datetime
import http.server
import os
import ssl
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from leadengine_agent import probe
from leadengine_agent.activation.certificate import ensure_certificate
from leadengine_agent.certificates import CertificateStore, LocalCA, Pair, check, kind_of
from leadengine_agent.layout import HostLayout

DAY = datetime.timedelta(days=1)
NAME = "leads.acme.com"
YEAR = 365 * 86400.0

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="the store gives keys to another group")


def issued(now: datetime.datetime) -> Pair:
    """What an authority gives for 90 days."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (NAME, "A CA")]
    leaf = (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + 90 * DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    ).public_bytes(Encoding.PEM)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Pair(leaf + leaf, secret)


@needs_root
@pytest.mark.parametrize("days", [-365, -1, 0, 1, 365])
def test_no_clock_makes_an_activation_throw_an_authoritys_certificate_away(
    tmp_path: Path, days: int
) -> None:
    """The clock is the machine's: the certificate is from that many days ahead."""
    host = HostLayout(tmp_path)
    layout = host.stack("acme")
    layout.certificates.mkdir(parents=True)
    pair = issued(datetime.datetime.now(datetime.UTC) + days * DAY)
    CertificateStore(layout.certificates).install(pair)
    assert ensure_certificate(host, layout, (NAME,)).changed is False
    assert CertificateStore(layout.certificates).current() == pair
    # For another name it is of no use, whatever the clock says.
    assert ensure_certificate(host, layout, ("other.acme.com",)).changed is True
    found = CertificateStore(layout.certificates).current()
    assert found is not None
    assert kind_of(found.leaf) == "self-signed"


def test_a_certificate_is_taken_when_the_authoritys_clock_is_a_little_ahead() -> None:
    now = datetime.datetime.now(datetime.UTC)
    assert check(issued(now + DAY / 26), NAME, now) == ""
    assert check(issued(now + DAY), NAME, now) == "it is not valid now"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a server's certificate that ran out long ago."""
    authority = LocalCA(tmp_path)
    now = datetime.datetime.now(datetime.UTC)
    # The root lives; only the leaf is old.
    authority.issue("localhost", now)
    pair = authority.issue("localhost", now - 400 * DAY)
    (tmp_path / "server.pem").write_bytes(pair.key + pair.chain)
    return tmp_path


def serve(folder: Path, ahead: float) -> Iterator[str]:
    """A server whose clock differs from ours by so many seconds."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def date_time_string(self, timestamp: float | None = None) -> str:
            return formatdate((timestamp or time.time()) + ahead, usegmt=True)

        def log_message(self, *_words: object) -> None:
            """Nothing to say."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"https://localhost:{server.server_port}/dir"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("ahead", [-YEAR, -300.0, 0.0, 86400.0])
def test_a_server_tells_how_far_ahead_our_clock_is(folder: Path, ahead: float) -> None:
    for url in serve(folder, ahead):
        answer = probe.ahead(url, str(folder / "root.pem"))
        assert answer["ahead"] == pytest.approx(-ahead, abs=3)


def test_a_server_that_nobody_vouches_for_is_not_believed(folder: Path, tmp_path: Path) -> None:
    stranger = LocalCA(tmp_path / "stranger")
    stranger.issue("localhost", datetime.datetime.now(datetime.UTC))
    for url in serve(folder, YEAR):
        with pytest.raises(ssl.SSLCertVerificationError):
            probe.ahead(url, str(tmp_path / "stranger" / "root.pem"))
