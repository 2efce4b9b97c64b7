"""Replies: who may write where, what of a mail is new, and what of Slack is Slack's."""

import hashlib
import hmac
import json
from email.message import EmailMessage
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadengine.replies.addresses import VISITOR, address_for, writer_in, wrote
from leadengine.replies.message import UnreadableMailError, new_in, read
from leadengine.replies.slack_events import is_signed, plain, said_in

SECRET = "s" * 32
ANN, BEN = (str(UUID(int=number)) for number in (1, 2))


@given(st.uuids())
def test_an_address_says_conversation_and_person_and_nothing_else_does(conversation: UUID) -> None:
    address = address_for(SECRET, "replies@in.acme.test", conversation, ANN)
    assert len(address.partition("@")[0]) <= 64
    writer = writer_in(["Somebody@acme.test", address.upper()])
    assert writer
    assert writer.conversation == conversation
    assert wrote(SECRET, writer, (BEN, ANN, VISITOR)) == ANN
    assert wrote(SECRET, writer, (BEN, VISITOR)) == ""
    assert wrote("x" * 32, writer, (ANN, BEN)) == ""


def test_a_mark_opens_one_conversation_alone() -> None:
    mine, other = uuid4(), uuid4()
    found = writer_in([address_for(SECRET, "r@a.test", mine, VISITOR)])
    there = writer_in([address_for(SECRET, "r@a.test", other, VISITOR)])
    assert found
    assert there
    forged = type(found)(other, found.mark)
    assert wrote(SECRET, forged, (VISITOR,)) == ""


@pytest.mark.parametrize(
    "address", ["", "replies@in.acme.test", "a+b-c@d", "+@", f"x+{'a' * 26}@y"]
)
def test_other_addresses_are_of_no_conversation(address: str) -> None:
    assert writer_in([address]) is None


@pytest.mark.parametrize(
    "quoted",
    [
        "> How much?",
        "On Tue, 3 Nov 2026 at 10:00, LeadEngine <leads@acme.test> wrote:\n> How much?",
        "On Tue, 3 Nov 2026 at 10:00, LeadEngine\n<leads@acme.test> wrote:\n> How much?",
        "-----Original Message-----\nFrom: x",
        "-- \nAnn",
        "________________________________\nFrom: Leads <leads@acme.test>",
        "Am 3. November 2026 um 10:00 schrieb Leads:",
    ],
)
def test_only_what_is_new_of_a_mail_is_kept(quoted: str) -> None:
    assert new_in(f"It is 1 %.\r\n\r\nOn Monday we are closed.\r\n\r\n{quoted}") == (
        "It is 1 %.\n\nOn Monday we are closed."
    )


def a_mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    message["To"] = "Leads <replies+x@in.acme.test>"
    message["Message-ID"] = "<1@acme.test>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Tomorrow at ten.\n\n> When?\n")
    return message


def test_a_mail_is_read() -> None:
    found = read(a_mail(Cc="other@acme.test").as_bytes())
    assert found.recipients == ("replies+x@in.acme.test", "other@acme.test")
    assert (found.id, found.text, found.automatic) == ("<1@acme.test>", "Tomorrow at ten.", False)


def test_a_mail_of_html_alone_is_read_as_text() -> None:
    message = a_mail()
    message.set_content(
        "<style>p{}</style><p>Tomorrow <b>at ten</b>.</p><blockquote>When?</blockquote>", "html"
    )
    assert read(message.as_bytes()).text == "Tomorrow at ten."


@pytest.mark.parametrize(
    "header",
    [{"Auto_Submitted": "auto-replied"}, {"Return_Path": "<>"}, {"Precedence": "auto_reply"}],
)
def test_what_a_machine_answers_is_known(header: dict[str, str]) -> None:
    """Two machines would answer each other for ever."""
    assert read(a_mail(**header).as_bytes()).automatic


@given(st.binary(max_size=2000))
def test_whatever_comes_is_read_or_refused(raw: bytes) -> None:
    try:
        found = read(b"To: a@b.test\nContent-Type: text/plain; charset=" + raw)
    except UnreadableMailError:
        return
    assert isinstance(found.text, str)


def signed(body: bytes, moment: str, secret: str = SECRET) -> str:
    material = f"v0:{moment}:".encode() + body
    return "v0=" + hmac.new(secret.encode(), material, hashlib.sha256).hexdigest()


def test_slacks_signature_is_good_for_five_minutes_and_one_body() -> None:
    """The example of Slack's own documentation, and what differs from it."""
    secret, moment = "8f742231b10e8888abcd99yyyzzz85a5", "1531420618"
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    header = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    now = float(moment)
    assert is_signed(secret, (moment, header), body, now + 299)
    assert not is_signed(secret, (moment, header), body, now + 301)
    assert not is_signed(secret, (moment, header), body + b"x", now)
    assert not is_signed("", (moment, signed(body, moment, "")), body, now)
    assert not is_signed(secret, ("\u0663", header), body, now)
    assert not is_signed(secret, (moment, "v0=\u00e9"), body, now)


MESSAGE = {
    "type": "message",
    "channel": "C1",
    "thread_ts": "17.1",
    "ts": "18.2",
    "user": "U1",
    "text": "It is &lt;1 %&gt;, see <https://acme.test/a|our page>, <@U2>",
}


def test_a_message_in_a_thread_is_heard() -> None:
    said = said_in(json.loads(json.dumps(MESSAGE)))
    assert said
    assert (said.thread, said.id, said.who) == ("C1/17.1", "slack:C1/18.2", "U1")
    assert said.text == "It is <1 %>, see our page (https://acme.test/a), @U2"
    assert plain("a < b & c") == "a < b & c"


@pytest.mark.parametrize(
    "change",
    [{"bot_id": "B1"}, {"subtype": "message_changed"}, {"thread_ts": None}, {"type": "reaction"},
     {"text": ""}, {"channel": 5}],
)  # fmt: skip
def test_everything_else_in_slack_is_not(change: dict[str, object]) -> None:
    assert said_in({**MESSAGE, **change}) is None
    assert said_in(None) is None
