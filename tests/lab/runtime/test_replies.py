"""The client's people answer a call from their mailbox or from Slack, and the visitor reads it."""

# ruff: noqa: S608 - statements of the tests themselves

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

import httpx
import pytest

from tests.lab.mail import MailSink
from tests.lab.runtime.library import FORGET
from tests.lab.runtime.slack_server import CHANNEL, SIGNING_SECRET, TOKEN, Slack, slack_server
from tests.lab.runtime.stack import ADMIN, CLIENT_ID, HARDENED, RuntimeStack
from tests.lab.runtime.test_concierge import PAGE, forget_questions
from tests.lab.waiting import until

SECRET = "canary-reply-secret"
MAILBOX = "replies@in.acme.test"
VISITOR = "ann@buyer.test"
SUBJECT = "A visitor wants a person"


@dataclass(frozen=True)
class Desk:
    """A stack whose people answer from elsewhere; `url` is its api's."""

    stack: RuntimeStack
    url: str
    mail: MailSink
    slack: Slack

    def post(self, path: str, **sent: object) -> dict[str, object]:
        answer = httpx.post(f"{self.url}{path}", json={"client": CLIENT_ID, **sent}, timeout=20)
        assert answer.status_code in (200, 202), answer.text
        found: dict[str, object] = answer.json()
        return found

    def call(self) -> dict[str, object]:
        """A visitor wants a person; returns what their browser knows of the conversation."""
        forget_questions(self.stack)
        self.mail.messages.clear()
        self.slack.said.clear()
        asked = {"url": PAGE, "email": VISITOR, "name": "Ann Buyer", "message": "Is 1 < 2 & free?"}
        return self.post("/v1/chat/person", **asked)

    def called(self) -> EmailMessage:
        """The mail to who is called; of the lead they are told by another one."""

        def there() -> EmailMessage:
            found = [one for one in self.mail.messages if one["Subject"] == SUBJECT]
            assert found
            return found[0]

        def noted() -> None:
            waiting = "SELECT count(*) FROM calls WHERE channel = 'mail' AND sent_at IS NULL"
            assert self.stack.sql(waiting) == "0"

        until(there, "the call", 40)
        until(noted, "the note of it", 20)
        return there()

    def news(self, known: dict[str, object]) -> list[str]:
        found = self.post("/v1/chat/news", after=0, **known)
        messages = found["messages"]
        assert isinstance(messages, list)
        return [one["text"] for one in messages]

    def hand_in(self, message: EmailMessage, secret: str = SECRET) -> httpx.Response:
        """Send a mail by SMTP to the mailbox, which hands it over as it arrived."""
        self.mail.messages.clear()
        with smtplib.SMTP(self.mail.address, self.mail.port, timeout=10) as server:
            server.send_message(message)
        arrived = self.mail.wait_for(str(message["To"])).as_bytes()
        auth = ("mailbox", secret)
        return httpx.post(f"{self.url}/v1/replies/mail", content=arrived, auth=auth, timeout=20)


def answer_to(called: EmailMessage, text: str, **headers: str) -> EmailMessage:
    """What a mail program makes of a reply."""
    message = EmailMessage()
    message["From"], message["To"] = called["To"], called["Reply-To"] or called["From"]
    message["Subject"], message["Message-ID"] = (
        f"Re: {called['Subject']}",
        f"<{text.split(maxsplit=1)[0]}@acme.test>",
    )
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    quoted = "\n".join(f"> {line}" for line in called.get_content().splitlines())
    message.set_content(f"{text}\n\nOn Tue, 3 Nov 2026 at 10:00, LeadEngine wrote:\n{quoted}\n")
    return message


@pytest.fixture(scope="module")
def desk(stack: RuntimeStack) -> Iterator[Desk]:
    stack.sql(FORGET)
    sink = MailSink(stack.run.gateway)
    sink.start()
    with slack_server(stack.run.gateway) as slack:
        env = [f"--env={name}={value}" for name, value in settings_of(stack, sink, slack).items()]
        boxes = [
            stack.run.start(f"replying-{role}", f"leadengine/{role}:dev", options=(*HARDENED, *env))
            for role in ("api", "worker")
        ]
        url = f"http://{boxes[0].address}:3000"
        until(lambda: httpx.get(f"{url}/readyz").raise_for_status(), "the api", 60)
        yield Desk(stack, url, sink, slack)
        for box in boxes:
            box.remove()
    sink.stop()
    stack.sql(FORGET)


def settings_of(stack: RuntimeStack, sink: MailSink, slack: Slack) -> dict[str, str]:
    return {
        **stack.settings,
        "SMTP_HOST": sink.address,
        "SMTP_PORT": str(sink.port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "leads@acme.test",
        "REPLY_ADDRESS": MAILBOX,
        "REPLY_SECRET": SECRET,
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_CHANNEL": CHANNEL,
        "SLACK_API": slack.url,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    }


def test_who_is_called_answers_the_mail_and_the_visitor_reads_it(desk: Desk) -> None:
    known = desk.call()
    called = desk.called()
    assert "Just answer this mail" in called.get_content()
    reply = answer_to(called, "It is 1 %.")
    assert desk.hand_in(reply).json() == {"result": "taken"}
    assert desk.hand_in(reply).status_code == 202, "a mailbox may hand it over twice"
    assert desk.news(known) == ["It is 1 %."]
    found = desk.stack.sql(
        "SELECT author, u.email, origin FROM messages JOIN users u ON u.id = user_id"
    )
    assert found == f"person|{ADMIN}|mail:<It@acme.test>"
    assert desk.hand_in(reply, "another secret").status_code == 401
    away = answer_to(called, "I am away.", Auto_Submitted="auto-replied")
    assert desk.hand_in(away).status_code == 202
    forged = answer_to(called, "Buy this!")
    forged.replace_header("To", str(forged["To"]).replace("-", "-a", 1)[: -len("a")])
    assert desk.hand_in(forged).status_code == 422
    assert desk.news(known) == ["It is 1 %."]


def test_a_visitor_answers_the_mail_and_people_are_called_again(desk: Desk) -> None:
    known = desk.call()
    called = desk.called()
    assert desk.hand_in(answer_to(called, "Which house?")).json() == {"result": "taken"}
    desk.stack.sql(
        "UPDATE messages SET said_at = now() - interval '1 hour' WHERE author = 'person'"
    )
    desk.stack.sql("UPDATE calls SET sent_at = sent_at - interval '1 hour'")
    asked = desk.mail.wait_for(VISITOR, 40)
    assert "Which house?" in asked.get_content()
    desk.stack.sql(f"UPDATE conversations SET state = 'bot' WHERE id = '{known['conversation']}'")
    assert desk.hand_in(answer_to(asked, "The blue one.")).json() == {"result": "taken"}
    last = "SELECT author, text FROM messages ORDER BY number DESC LIMIT 1"
    assert desk.stack.sql(last) == "visitor|The blue one."
    assert (
        desk.stack.sql("SELECT state FROM conversations ORDER BY last_at DESC LIMIT 1") == "waiting"
    )
    again = desk.called()
    assert "The blue one." in again.get_content()


def test_a_thread_in_slack_is_a_conversation(desk: Desk) -> None:
    known = desk.call()
    until(lambda: in_slack(desk, 1), "the call", 40)
    begun = desk.slack.said[0]
    assert "A.B. wants to talk to a person" in begun["text"]
    assert "Is 1 &lt; 2 &amp; free?" in begun["text"]
    assert VISITOR not in begun["text"]
    hook, thread = f"{desk.url}/v1/replies/slack", begun["ts"]
    said = {"thread_ts": thread, "ts": "17.000200", "text": "It is, see <https://acme.test/fees>"}
    until(lambda: has_thread(desk, thread), "the thread in the database", 10)
    for _ in range(2):  # Slack sends again what it had no answer to in three seconds
        assert desk.slack.tell(hook, **said).status_code == 200
    assert desk.news(known) == ["It is, see https://acme.test/fees"]
    assert desk.slack.tell(hook, "another", 0, **said).status_code == 401
    assert desk.slack.tell(hook, age=400, **said).status_code == 401
    for other in ({"bot_id": "B1"}, {"thread_ts": "1.000001"}, {"subtype": "message_changed"}):
        assert desk.slack.tell(hook, **{**said, "ts": "18.000300", **other}).status_code == 200
    assert len(desk.news(known)) == 1
    forget_questions(desk.stack)
    again = {"conversation": known["conversation"], "key": known["key"]}
    sent = {"client": CLIENT_ID, "question": "And <b>VAT</b>?", "url": PAGE, **again}
    assert httpx.post(f"{desk.url}/v1/chat", json=sent, timeout=20).status_code == 200
    until(lambda: in_slack(desk, 2), "what the visitor wrote", 20)
    follow = desk.slack.said[1]
    assert (follow["thread_ts"], follow["text"]) == (
        thread,
        "The visitor: And &lt;b&gt;VAT&lt;/b&gt;?",
    )
    challenge = desk.slack.send(hook, {"type": "url_verification", "challenge": "3eZbrw1a"})
    assert challenge.json() == {"challenge": "3eZbrw1a"}


def in_slack(desk: Desk, number: int) -> None:
    assert len(desk.slack.said) >= number


def has_thread(desk: Desk, moment: str) -> None:
    assert desk.stack.sql(f"SELECT count(*) FROM calls WHERE thread = '{CHANNEL}/{moment}'") == "1"
