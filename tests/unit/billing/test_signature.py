"""The signature of messages, by the scheme that Stripe documents.

The vectors were computed with `openssl dgst -sha256 -hmac SECRET` over `<seconds>.<body>`, not by this
code.
"""

import pytest
import stripe

from leadengine_ctl.billing.signature import TOLERANCE, is_signed, sign

VECTORS = [
    (
        "whsec_one",
        1790000000,
        b'{"id": "evt_1"}',
        "120744dbf56281b66982e921d8eccd59c512b23d05742984e0abc0b522805434",
    ),
    (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        1492774577,
        b'{"id":"evt_1","object":"event"}',
        "eab0cf207f248c2fd76ca97d9a7f0e43e325141451e9577bbfde1634f05b59db",
    ),
    (
        "s",
        0,
        b"",
        "2572e102ebbc88d57bc0ef48471ee28bb7fc8c6e9c0558b3c8e5d276f84ac9c3",
    ),
    (
        "whsec_long",
        1999999999,
        b"\xc2\xa310,000 \xe2\x80\x93 \xc3\xbcn\xc3\xafcode\n",
        "fd1bbd9fc8a4cb8fe3c4f309118b143ab4adea37f4976cd930f763f22fed9a29",
    ),
]
SECRET, MOMENT, BODY = "whsec_one", 1_790_000_000, b'{"id": "evt_1"}'


def header(*signatures: str, moment: int = MOMENT) -> str:
    return ",".join([f"t={moment}", *(f"v1={each}" for each in signatures)])


def good(text: str, now: float = MOMENT, *secrets: str) -> bool:
    return is_signed(text, BODY, secrets or (SECRET,), now)


RIGHT = sign(SECRET, str(MOMENT), BODY)


@pytest.mark.parametrize(("secret", "moment", "body", "signature"), VECTORS)
def test_the_vectors_are_signed(secret: str, moment: int, body: bytes, signature: str) -> None:
    assert sign(secret, str(moment), body) == signature
    assert is_signed(f"t={moment},v1={signature}", body, (secret,), moment)
    assert not is_signed(f"t={moment},v1={signature}", body + b" ", (secret,), moment)
    assert not is_signed(f"t={moment + 1},v1={signature}", body, (secret,), moment)


@pytest.mark.parametrize("off", [-TOLERANCE, -1, 0, 1, TOLERANCE])
def test_what_was_signed_within_the_tolerance_is_taken(off: int) -> None:
    assert good(header(RIGHT), MOMENT + off)


@pytest.mark.parametrize("off", [-TOLERANCE - 1, TOLERANCE + 1, 10**9])
def test_what_is_older_or_of_the_future_is_not(off: int) -> None:
    assert not good(header(RIGHT), MOMENT + off)


def test_one_good_signature_of_several_is_enough_and_one_good_secret() -> None:
    other = sign("whsec_two", str(MOMENT), BODY)
    assert good(header(other, RIGHT))
    assert good(header(RIGHT, other))
    assert good(header(other), MOMENT, SECRET, "whsec_two")
    assert not good(header(other, other))


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "t=",
        f"t={MOMENT}",
        f"v1={RIGHT}",
        f"t={MOMENT},v0={RIGHT}",
        f"t={MOMENT},v1=",
        f"t={MOMENT},t={MOMENT},v1={RIGHT}",
        f"t=-{MOMENT},v1={RIGHT}",
        f"t={MOMENT}.0,v1={RIGHT}",
        f"t=١٧٩٠٠٠٠٠٠٠,v1={RIGHT}",
        f"t={'9' * 400},v1={RIGHT}",
        f"t={MOMENT},v1={RIGHT.upper()}",
        f"t={MOMENT},v1={RIGHT}\ud800",
        f"t={MOMENT}," + ",".join(["v1=0"] * 1000) + f",v1={RIGHT}",
    ],
)
def test_a_header_that_is_none_is_refused(text: str) -> None:
    assert not good(text)


def test_an_empty_secret_signs_nothing() -> None:
    empty = sign("", str(MOMENT), BODY)
    assert not good(header(empty), MOMENT, "")


def test_stripes_own_library_takes_what_we_sign_and_signs_what_we_take() -> None:
    made = stripe.WebhookSignature.generate_signature_header(BODY.decode(), SECRET, MOMENT)
    assert good(made)
    assert stripe.WebhookSignature.verify_header(BODY, header(RIGHT), SECRET)
