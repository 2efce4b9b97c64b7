"""Answers by a language model: the real library, over the wire, to a server that can also misbehave."""

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.lab.container import Container
from tests.lab.mail import MailSink
from tests.lab.runtime import anthropic_server as service
from tests.lab.runtime.speaking import Speaker, events, last, text_of
from tests.lab.runtime.stack import HARDENED, RuntimeStack
from tests.lab.runtime.test_accounts_pages import form_of, sign_in
from tests.lab.runtime.test_concierge import PAGE, forget_questions, know
from tests.lab.waiting import until

KEY = "canary-model-key"
FEES = "How much does it cost to sell my house with you?"


@pytest.fixture(scope="module")
def running(stack: RuntimeStack, steady_worker: Container) -> Iterator[Speaker]:
    """One api for all; it knows the firm's pages."""
    with service.anthropic_server(stack.run.gateway) as model:
        using = {"LLM_API_KEY": KEY, "LLM_BASE_URL": model.url, "LLM_SECONDS": "3"}
        env = [f"--env={name}={value}" for name, value in {**stack.settings, **using}.items()]
        api = stack.run.start("speaking-api", "leadengine/api:dev", options=(*HARDENED, *env))
        until(lambda: httpx.get(f"http://{api.address}:3000/readyz").raise_for_status(), "api", 60)
        with stack.client() as client:
            sign_in(client)
            know(stack, client)
        yield Speaker(stack, api, model)
        api.remove()


@pytest.fixture
def speaker(running: Speaker) -> Speaker:
    """An honest model, and a month in which nothing was spent."""
    running.stack.sql("TRUNCATE conversations, turns, messages, calls, model_spend")
    model = running.model
    model.model, model.status, model.break_after, model.silent_seconds = (
        service.honest,
        200,
        None,
        0,
    )
    model.requests.clear()
    return running


def test_answer_comes_in_events_with_its_source(speaker: Speaker) -> None:
    answer = speaker.post("/v1/chat", question=FEES, url=PAGE)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.headers["X-AI-Generated"] == "true"
    told = events(answer)
    assert told[0][0] == "meta"
    assert told[0][1]["ai"] is True
    assert "1.5 per cent" in text_of(told)
    cites = [data for kind, data in told if kind == "cite"]
    assert [(one["n"], one["source"], one["title"]) for one in cites] == [
        (1, "fees.md", "Our fees")
    ]
    assert "1.5 per cent" in str(cites[0]["quote"])
    assert last(told) == {"mode": "model", "answered": True}


def test_what_the_model_is_sent(speaker: Speaker) -> None:
    """Orders in the system prompt alone; sources as search results to cite; nothing of who asks."""
    speaker.ask("My mail is ann@buyer.test, call 07700 900123: what does selling a house cost?")
    request = speaker.model.requests[-1]
    assert request["model"] == "claude-haiku-5-5"
    assert request["stream"] is True
    assert request["thinking"] == {"type": "disabled"}
    assert request["tool_choice"] == {"type": "none"}
    assert not {"temperature", "top_p", "top_k"} & request.keys()
    found = service.sources(request)
    assert all(one["type"] == "search_result" for one in found)
    assert all(one["citations"] == {"enabled": True} for one in found)
    said = json.dumps(request)
    assert "ann@buyer.test" not in said
    assert "900123" not in said
    assert "1.5 per cent" not in request["system"]
    assert speaker.model.headers[-1]["authorization"] == f"Bearer {KEY}"


def test_earlier_turns_and_what_a_question_points_to_are_known(speaker: Speaker) -> None:
    meta = speaker.ask("What do you charge for full management of a let?")[0][1]
    known = {"conversation": meta["conversation"], "key": meta["key"]}
    speaker.ask("And is it paid monthly?", **known)
    messages = speaker.model.requests[-1]["messages"]
    assert messages[0] == {
        "role": "user",
        "content": "What do you charge for full management of a let?",
    }
    assert "12 per cent" in json.dumps(service.sources(speaker.model.requests[-1]))
    assert speaker.stack.sql("SELECT count(*) FROM conversations") == "1"


def test_gullible_model_gets_nothing_past_the_fence(speaker: Speaker) -> None:
    speaker.model.model = service.gullible
    text = text_of(speaker.ask(FEES))
    for word in (
        "evil.test",
        "javascript",
        "<img",
        "![",
        "\u200b",
        "\u202e",
        "£1 today",
        "guarantee",
    ):
        assert word not in text, text
    assert "our offer" in text
    assert "confirm the details" in text
    kept = speaker.stack.sql("SELECT answer FROM turns")
    assert "evil.test" not in kept


def test_model_that_tells_its_instructions_is_stopped(speaker: Speaker) -> None:
    speaker.model.model = service.talkative
    told = speaker.ask(FEES)
    assert "mark-" not in text_of(told)
    assert "I cannot help with that" in text_of(told)


def test_model_that_does_not_know_says_so_and_a_person_is_offered(speaker: Speaker) -> None:
    speaker.model.model = service.ignorant
    told = speaker.ask("Do you sell helicopters?")
    assert "NO_ANSWER" not in text_of(told)
    assert "could not find that" in text_of(told)
    assert ("action", {"kind": "lead_form"}) in told
    assert last(told)["answered"] is False
    known = {name: str(told[0][1][name]) for name in ("conversation", "key")}
    again = speaker.ask("Do you sell submarines?", **known)
    assert ("action", {"kind": "handoff"}) in again


@pytest.mark.parametrize("status", [401, 429, 500, 529])
def test_service_that_refuses_is_replaced_by_quotations(speaker: Speaker, status: int) -> None:
    speaker.model.status = status
    told = speaker.ask(FEES)
    assert "1.5 per cent" in text_of(told)
    assert last(told)["mode"] == "quote"
    tries = 2 if status >= 500 else 1
    assert len(speaker.model.requests) == tries


def test_service_that_stays_silent_is_replaced_by_quotations(speaker: Speaker) -> None:
    speaker.model.silent_seconds = 8
    told = speaker.ask(FEES)
    assert "1.5 per cent" in text_of(told)
    assert last(told)["mode"] == "quote"


def test_answer_that_breaks_off_says_so(speaker: Speaker) -> None:
    speaker.model.break_after = 9
    told = speaker.ask(FEES)
    assert last(told)["mode"] in ("model", "quote")
    assert text_of(told)


def test_spending_is_noted_and_ends_with_the_budget(speaker: Speaker) -> None:
    speaker.ask(FEES)
    row = "SELECT model, answers, input_tokens, output_tokens, micros FROM model_spend"
    assert speaker.stack.sql(row) == "claude-haiku-5-5|1|2000|350|375"
    speaker.stack.sql("UPDATE model_spend SET micros = 20000000")
    told = speaker.ask(FEES)
    assert last(told)["mode"] == "quote"
    assert len(speaker.model.requests) == 1
    with speaker.stack.client() as client:
        sign_in(client)
        assert "$20.00" not in client.get("/conversations").text, "this api has no key"


def test_broken_line_is_taken_up_where_it_broke(speaker: Speaker) -> None:
    told = speaker.ask(FEES)
    answer = told[0][1]["answer"]
    rest = events(speaker.post("/v1/chat/rest", answer=answer, after=2))
    assert rest == told[2:]


def test_nobody_reads_with_a_wrong_key(speaker: Speaker) -> None:
    meta = speaker.ask(FEES)[0][1]
    sent = {"conversation": meta["conversation"], "after": 0}
    assert speaker.post("/v1/chat/news", **sent, key="0" * 32).status_code == 404
    assert speaker.post("/v1/chat/news", **sent, key=meta["key"]).status_code == 200


def test_person_takes_over_and_gives_back(speaker: Speaker) -> None:
    told = speaker.ask("I want to talk to a real person please")
    assert ("action", {"kind": "handoff"}) in told
    assert speaker.model.requests == []
    known = {name: str(told[0][1][name]) for name in ("conversation", "key")}
    called = speaker.post("/v1/chat/person", url=PAGE, name="Ann", message="About the fee", **known)
    assert called.status_code == 202
    waiting = speaker.ask("Hello?", **known)
    assert ("action", {"kind": "waiting"}) in waiting
    with speaker.stack.client() as client:
        sign_in(client)
        assert "waits for a person" in client.get("/conversations").text
        page = f"/conversations/{known['conversation']}"
        shown = client.get(page).text
        assert "About the fee" in shown
        assert "Hello?" in shown
        said = {"text": "Hello <b>Ann</b>, it is 1 %.", "form": form_of(client, page)}
        assert client.post(page, data=said).status_code == 303
        assert "Hello &lt;b&gt;Ann&lt;/b&gt;" in client.get(page).text
        news = speaker.post("/v1/chat/news", after=0, **known).json()
        assert news["state"] == "human"
        assert [one["text"] for one in news["messages"]] == ["Hello <b>Ann</b>, it is 1 %."]
        number = news["messages"][0]["number"]
        assert speaker.post("/v1/chat/news", after=number, **known).json()["messages"] == []
        form = {"form": form_of(client, page)}
        assert client.post(f"{page}/resolve", data=form).status_code == 303
    assert last(speaker.ask(FEES, **known))["mode"] == "model"


def test_people_are_called_and_a_reply_follows_by_mail(
    speaker: Speaker, steady_worker: Container, mail: MailSink
) -> None:
    stack = speaker.stack
    using = {"SMTP_HOST": mail.address, "SMTP_PORT": str(mail.port), "SMTP_SECURITY": "none"}
    using |= {"SMTP_FROM": "leads@acme.test"}
    env = [f"--env={name}={value}" for name, value in {**stack.settings, **using}.items()]
    worker = stack.run.start("calling-worker", "leadengine/worker:dev", options=(*HARDENED, *env))
    # It has no mail: it would take the call, and could only fail.
    steady_worker.stop()
    try:
        who_is_called_answers_by_mail(speaker, mail)
    finally:
        worker.remove()
        steady_worker.start()


def who_is_called_answers_by_mail(speaker: Speaker, mail: MailSink) -> None:
    stack = speaker.stack
    meta = speaker.ask(FEES)[0][1]
    known = {name: str(meta[name]) for name in ("conversation", "key")}
    # The api that takes the call has no mail of its own to configure here: the row is what it writes.
    sent = {"url": PAGE, "email": "ann@buyer.test", "message": "Call me"}
    assert speaker.post("/v1/chat/person", **sent, **known).status_code == 202
    stack.sql(
        "INSERT INTO calls (tenant_id, conversation_id, channel)"
        " SELECT tenant_id, id, 'mail' FROM conversations"
    )
    # A lead of that address is told by mail as well, and either may come first.
    called = mail.wait_for("admin@acme.test", 40, holding=str(known["conversation"]))
    assert "ann@buyer.test" in called.get_content()
    assert FEES in called.get_content()
    with stack.client() as client:
        sign_in(client)
        page = f"/conversations/{known['conversation']}"
        client.post(page, data={"text": "Tomorrow at ten.", "form": form_of(client, page)})
    stack.sql("UPDATE messages SET said_at = now() - interval '1 hour'")
    reply = mail.wait_for("ann@buyer.test", 40)
    assert "Tomorrow at ten." in reply.get_content()


@pytest.mark.parametrize(
    ("path", "changes", "status"),
    [
        ("/v1/chat", {"question": ""}, 422),
        ("/v1/chat", {"client": "f" * 24}, 404),
        ("/v1/chat", {"conversation": "x"}, 422),
        ("/v1/chat/person", {"email": "nobody"}, 422),
        ("/v1/chat/person", {"message": "x" * 1501}, 422),
        ("/v1/chat/news", {"conversation": "x"}, 422),
        ("/v1/chat/rest", {"answer": "x"}, 422),
    ],
)
def test_what_is_sent_is_checked(
    speaker: Speaker, path: str, changes: dict[str, object], status: int
) -> None:
    forget_questions(speaker.stack)
    usual: dict[str, object] = {"url": PAGE} if path in ("/v1/chat", "/v1/chat/person") else {}
    if path == "/v1/chat":
        usual["question"] = FEES
    answer = speaker.post(path, **{**usual, **changes})
    assert answer.status_code == status, answer.text
    assert "error" in answer.json()
