"""From `identify` to a lead with a score, an owner, and somebody who was told."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from tests.lab.container import Container
from tests.lab.mail import MailSink
from tests.lab.runtime.sending import body, fresh
from tests.lab.runtime.stack import ADMIN, CLIENT_ID, HARDENED, RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in
from tests.lab.waiting import until

ANN = {"email": "Ann@Acme-Buyer.test", "name": "Ann Miller", "company": "Acme <b>", "phone": "1"}


class Slack(ThreadingHTTPServer):
    """What an incoming webhook is: it takes JSON; while `status` is not 200 it refuses."""

    def __init__(self, address: str) -> None:
        self.said: list[str] = []
        self.status = 200
        hook = self

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if hook.status == 200:
                    hook.said.append(message["text"])
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing: the test asks `said`."""

        super().__init__((address, 0), Hook)
        threading.Thread(target=self.serve_forever).start()


@pytest.fixture
def slack(stack: RuntimeStack) -> Iterator[Slack]:
    server = Slack(stack.run.gateway)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def telling(stack: RuntimeStack, mail: MailSink, slack: Slack) -> Iterator[Container]:
    """A worker that can send mail and talk to Slack; no leads yet, and one person to give them to."""
    stack.sql("TRUNCATE leads, lead_visitors, notices")
    stack.sql(f"DELETE FROM users WHERE email <> '{ADMIN}'")  # noqa: S608 - a constant
    using = {
        "SMTP_HOST": mail.address,
        "SMTP_PORT": str(mail.port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "hello@acme.test",
        "SLACK_WEBHOOK": f"http://{stack.run.gateway}:{slack.server_port}/services/canary",
    }
    env = tuple(f"--env={name}={value}" for name, value in using.items())
    options = (*HARDENED, *stack.environment, *env)
    worker = stack.run.start("telling-worker", "leadengine/worker:dev", options=options)
    yield worker
    worker.remove()


def visitor(name: str) -> dict[str, str]:
    return {"User-Agent": f"Browser of {name} {time.time()}"}


def say(client: httpx.Client, who: dict[str, str], **event: object) -> None:
    answer = client.post("/v1/events", content=body(fresh(), **event), headers=who)
    assert answer.status_code == 202, answer.text


def becomes_hot(client: httpx.Client, who: dict[str, str]) -> None:
    for path in ("/", "/pricing", "/contact"):
        say(client, who, url=f"https://shop.test{path}")
    say(client, who, type="identify", properties=ANN)
    say(client, who, type="track", name="Lead Submitted")


def lead(stack: RuntimeStack) -> list[str]:
    found = stack.sql("SELECT email, name, fit, engagement, owner_id IS NOT NULL, id FROM leads")
    return found.split("|")


def test_visitor_becomes_a_hot_lead_and_its_owner_is_told_within_ten_seconds(
    stack: RuntimeStack, telling: Container, mail: MailSink, slack: Slack, client: httpx.Client
) -> None:
    started = time.monotonic()
    becomes_hot(client, visitor("ann"))
    message = mail.wait_for(ADMIN)
    until(lambda: tells(slack, 1), "Slack", 10)
    assert time.monotonic() - started < 10
    assert "Ann Miller" in message.get_content()
    email, name, fit, engagement, owned, _ = lead(stack)
    assert (email, name, fit, owned) == (ANN["email"], "Ann Miller", "100", "t")
    assert int(engagement) > 90
    until(lambda: tells(slack, 2), "both notices", 10)
    assert not any("Miller" in line or "acme-buyer" in line for line in slack.said)
    time.sleep(5)
    assert len(slack.said) == 2, "each is told once"


def tells(slack: Slack, number: int) -> None:
    assert len(slack.said) >= number


def test_what_was_done_before_the_name_was_known_belongs_to_the_lead(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    stack.sql("TRUNCATE leads, lead_visitors, notices")
    becomes_hot(client, visitor("ann"))
    say(client, visitor("somebody else"), url="https://shop.test/careers")
    until(lambda: is_scored(stack), "the score")
    sign_in(client)
    text = client.get(f"/leads/{lead(stack)[5]}").text
    assert "/pricing" in text
    assert "looked at prices" in text
    assert "/careers" not in text
    assert "Acme &lt;b&gt;" in text
    assert "Ann Miller" in client.get("/leads").text


def is_scored(stack: RuntimeStack) -> None:
    assert (
        stack.sql("SELECT count(*) FROM leads WHERE scored_at IS NOT NULL AND engagement > 90")
        == "1"
    )


def test_second_browser_joins_the_same_lead(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    stack.sql("TRUNCATE leads, lead_visitors, notices")
    say(client, visitor("office"), type="identify", properties=ANN)
    home = {"email": "ann@acme-buyer.test", "name": ""}
    say(client, visitor("home"), type="identify", properties=home)

    def joined() -> None:
        assert stack.sql("SELECT count(*) FROM lead_visitors") == "2"
        assert stack.sql("SELECT count(*), max(name) FROM leads") == "1|Ann Miller"

    until(joined, "the lead")


def test_refusing_channel_is_tried_again_and_shown(
    stack: RuntimeStack, telling: Container, mail: MailSink, slack: Slack, client: httpx.Client
) -> None:
    slack.status = 500
    becomes_hot(client, visitor("ann"))

    def refused() -> None:
        query = "SELECT DISTINCT problem FROM notices WHERE channel = 'slack'"
        assert stack.sql(query) == "Slack did not take the message: it answered 500"

    until(refused, "the refusal", 20)
    sign_in(client)
    assert "it answered 500" in client.get(f"/leads/{lead(stack)[5]}").text
    assert "canary" not in telling.logs()
    slack.status = 200
    stack.sql("UPDATE notices SET next_try_at = now()")
    until(lambda: tells(slack, 2), "Slack", 20)


def test_leads_of_nobody_are_a_page_too(stack: RuntimeStack, client: httpx.Client) -> None:
    stack.sql("TRUNCATE leads, lead_visitors, notices")
    assert client.get("/leads").status_code == 303
    sign_in(client)
    assert "Nobody has said who they are yet" in client.get("/leads").text
    missing = client.get("/leads/00000000-0000-4000-8000-000000000001")
    assert missing.status_code == 404
    assert "There is no such lead" in missing.text
    assert client.get("/leads/nobody").status_code == 422


def test_form_is_taken_though_its_sender_objects_to_tracking(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    stack.sql("TRUNCATE leads, lead_visitors, notices")
    for key in stack.redis_cli("--scan", "--pattern", "le:ask:*").split():
        stack.redis_cli("del", key)
    form = {"client": CLIENT_ID, "url": "https://shop.test/contact", **ANN, "message": "Call me"}
    sent = [client.post("/v1/leads", json=form, headers={"Sec-GPC": "1"}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [202, 202]

    def kept() -> None:
        assert stack.sql("SELECT count(*), max(company) FROM leads") == "1|Acme <b>"
        asked = "SELECT properties->>'message' FROM events WHERE name = 'Lead Submitted'"
        assert "Call me" in stack.sql(asked)

    until(kept, "the lead")


def test_flood_of_forms_is_stopped(stack: RuntimeStack, client: httpx.Client) -> None:
    """N = 30 forms from one address, each from another browser: eight a minute are taken."""
    for key in stack.redis_cli("--scan", "--pattern", "le:ask:*").split():
        stack.redis_cli("del", key)
    form = {"client": CLIENT_ID, "url": "https://shop.test/contact", **ANN}
    statuses = [
        client.post("/v1/leads", json=form, headers=visitor(str(number))).status_code
        for number in range(30)
    ]
    assert statuses.count(202) in range(8, 17), "a minute may have ended in between"
    assert statuses.count(429) == 30 - statuses.count(202)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "nobody"}, "email: this is no address of mail"),
        ({"url": "nowhere"}, "url: "),
        ({"more": 1}, "more: "),
        ({"message": "a" * 501}, "message: "),
    ],
)
def test_form_is_checked(client: httpx.Client, changes: dict[str, object], sentence: str) -> None:
    form = {"client": CLIENT_ID, "url": "https://shop.test/contact", **ANN, **changes}
    answer = client.post("/v1/leads", json=form)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(sentence)
