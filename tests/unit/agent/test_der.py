"""The three fields of a certificate that are watched are what the library for certificates reads."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from leadengine_agent.der import watched

KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(issuer: str, subject: str, end: datetime.datetime, serial: int) -> x509.Certificate:
    names = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (issuer, subject)
    )
    return (
        x509.CertificateBuilder(next(names), next(names), KEY.public_key(), serial)
        .not_valid_before(end - datetime.timedelta(days=90))
        .not_valid_after(end)
        .sign(KEY, hashes.SHA256())
    )


@given(
    end=st.datetimes(datetime.datetime(1970, 6, 1), datetime.datetime(2200, 1, 1)),  # noqa: DTZ001
    serial=st.integers(1, 2**159),
    subject=st.text("abcdef é漢", min_size=1, max_size=21),  # 64 bytes are the most there may be
)
def test_what_is_watched_is_what_is_there(
    end: datetime.datetime, serial: int, subject: str
) -> None:
    end = end.replace(microsecond=0, tzinfo=datetime.UTC)
    made = certificate("LeadEngine local CA", subject, end, serial)
    found = watched(made.public_bytes(Encoding.DER))
    assert found.not_after == made.not_valid_after_utc.timestamp()
    assert b"LeadEngine local CA" in found.issuer
    assert (found.issuer == found.subject) == (made.issuer == made.subject)


@given(st.binary(max_size=300))
def test_what_is_no_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong with it
        watched(data)


def test_every_beginning_of_a_certificate_is_refused() -> None:
    end = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
    whole = certificate("a", "b", end, 7).public_bytes(Encoding.DER)
    for length in range(0, len(whole) - 1, 7):
        with pytest.raises(ValueError, match=r"too early|serial"):
            watched(whole[:length])
