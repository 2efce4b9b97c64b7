"""The few fields of a certificate that an idle agent watches, without a library for all the others.

Reads what DER (ITU-T X.690) allows of X.509 (RFC 5280, section 4.1); decides nothing about trust.
"""

import datetime
from dataclasses import dataclass

_SEQUENCE, _INTEGER, _VERSION = 0x30, 0x02, 0xA0
_UTC_TIME = 0x17


@dataclass(frozen=True)
class Watched:
    """Issuer and subject as they are encoded, and when validity ends, in seconds since 1970."""

    issuer: bytes
    subject: bytes
    not_after: float


def watched(certificate: bytes) -> Watched:
    """Read a DER certificate.

    Raises:
        ValueError: it is none.
    """
    _, body, _ = _element(certificate)
    _, fields, _ = _element(body)
    tag, _, rest = _element(fields)
    if tag == _VERSION:
        tag, _, rest = _element(rest)
    if tag != _INTEGER:
        message = "a certificate has a serial number"
        raise ValueError(message)
    _, _, rest = _element(rest)
    _, issuer, rest = _element(rest)
    _, validity, rest = _element(rest)
    _, subject, _ = _element(rest)
    _, _, second = _element(validity)
    kind, end, _ = _element(second)
    return Watched(issuer, subject, _moment(kind, end.decode("ascii")))


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """The first element: its tag and content, and what follows it."""
    if len(data) < 2:
        message = "a certificate ends too early"
        raise ValueError(message)
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        start = 2 + (length & 0x7F)
        length = int.from_bytes(data[2:start])
    if len(data) < start + length:
        message = "a certificate ends too early"
        raise ValueError(message)
    return tag, data[start : start + length], data[start + length :]


def _moment(kind: int, text: str) -> float:
    # Two digits of a year: 50 to 99 are of the last century (RFC 5280, section 4.1.2.5.1).
    if kind == _UTC_TIME:
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    return datetime.datetime.strptime(text.replace("Z", "+0000"), "%Y%m%d%H%M%S%z").timestamp()
