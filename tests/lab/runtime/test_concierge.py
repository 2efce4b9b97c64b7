"""Questions answered from the client's own files, word for word, or not at all."""

import httpx
import pytest

from tests.lab.container import Container
from tests.lab.runtime.firm import ANSWERABLE, PAGES, UNANSWERABLE
from tests.lab.runtime.library import all_taken_in, hand_in, hand_in_all
from tests.lab.runtime.sending import body, fresh
from tests.lab.runtime.stack import CLIENT_ID, RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in
from tests.lab.waiting import until

PAGE = "https://shop.test/contact"


def forget_questions(stack: RuntimeStack) -> None:
    for key in stack.redis_cli("--scan", "--pattern", "le:ask:*").split():
        stack.redis_cli("del", key)


def ask(client: httpx.Client, question: str, **more: object) -> httpx.Response:
    sent = {"client": CLIENT_ID, "question": question, "url": PAGE, **more}
    return client.post("/v1/ask", json=sent)


_HERE = "SELECT string_agg(source || content_hash, ' ' ORDER BY source) FROM documents"
_known: list[str] = []


def know(stack: RuntimeStack, client: httpx.Client) -> None:
    """Have the concierge know the firm's pages and nothing else; what it knows already is kept."""
    stack.sql("TRUNCATE conversations, turns, messages, calls, model_spend")
    if [stack.sql(_HERE)] == _known:
        return
    stack.sql("TRUNCATE documents, passages, intake")
    hand_in_all(client, PAGES)
    all_taken_in(stack)
    assert stack.sql("SELECT count(*) FROM documents") == str(len(PAGES) - 1)
    _known[:] = [stack.sql(_HERE)]


@pytest.fixture
def informed(stack: RuntimeStack, steady_worker: Container, client: httpx.Client) -> httpx.Client:
    """A signed-in administrator whose concierge knows the firm's pages."""
    forget_questions(stack)
    sign_in(client)
    know(stack, client)
    return client


def test_questions_are_answered_with_their_source_or_refused(
    stack: RuntimeStack, informed: httpx.Client
) -> None:
    """N = 12 questions that the files answer, and 8 that they do not."""
    wrong = []
    for question, expected in ANSWERABLE.items():
        forget_questions(stack)
        answer = ask(informed, question).json()
        if expected not in answer["text"] or len(answer["citations"]) != 1:
            wrong.append((question, answer["text"]))
    for question in UNANSWERABLE:
        forget_questions(stack)
        answer = ask(informed, question).json()
        if answer["answered"] or answer["citations"]:
            wrong.append((question, answer["text"]))
    assert wrong == []


def test_answer_says_that_a_machine_gives_it(stack: RuntimeStack, informed: httpx.Client) -> None:
    answer = ask(informed, "Is the valuation free?")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["ai"] is True
    assert answer.json()["citations"] == [{"title": "Free valuation", "source": "valuation.html"}]


def test_instructions_in_a_file_are_only_text(stack: RuntimeStack, informed: httpx.Client) -> None:
    """Answers are quotations: a file can say anything, but has nobody to order about.

    This one says nothing else, and is not taken in.
    """
    assert "inject.md contains nothing for people" in informed.get("/knowledge").text
    for question in ("Is the valuation free?", "How large is the tenancy deposit?"):
        assert "swordfish" not in ask(informed, question).json()["text"]


def test_newer_file_takes_the_place_of_the_older(
    stack: RuntimeStack, informed: httpx.Client
) -> None:
    hand_in(informed, "fees.md", "# Our fees\nSelling with us costs 2 per cent of the price.")
    all_taken_in(stack)
    text = ask(informed, "How much does it cost to sell my house with you?").json()["text"]
    assert "2 per cent" in text
    assert stack.sql("SELECT count(*) FROM documents WHERE source = 'fees.md'") == "1"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.exe", b"MZ", "give a file that ends in"),
        ("<script>.md", b"   ", "&lt;script&gt;.md contains no text"),
        ("a.md", b"x" * 5_000_001, "is larger than 5 MB"),
    ],
)
def test_bad_file_is_a_sentence_and_changes_nothing(
    stack: RuntimeStack, informed: httpx.Client, name: str, content: bytes, sentence: str
) -> None:
    answer = hand_in(informed, name, content)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert stack.sql("SELECT count(*) FROM documents") == str(len(PAGES) - 1)


def test_file_from_another_site_is_not_taken(stack: RuntimeStack, informed: httpx.Client) -> None:
    files = {"file": ("a.md", b"# Fees\nEverything is free.")}
    assert informed.post("/knowledge", data={"form": "0" * 64}, files=files).status_code == 422
    assert stack.sql("SELECT count(*) FROM documents") == str(len(PAGES) - 1)


def test_pages_show_what_was_asked_and_what_is_missing(
    stack: RuntimeStack, informed: httpx.Client
) -> None:
    first = ask(informed, "Is the valuation <b>free</b>?").json()["conversation"]
    second = ask(informed, "Do you sell helicopters?", conversation=first).json()
    assert second["conversation"] == first
    listed = informed.get("/conversations").text
    assert "Is the valuation &lt;b&gt;free&lt;/b&gt;?" in listed
    assert "all but 1" in listed
    shown = informed.get(f"/conversations/{first}").text
    assert "From Free valuation (valuation.html)" in shown
    assert "Do you sell helicopters?" in informed.get("/knowledge").text
    tried = informed.get("/knowledge", params={"question": "Is the valuation free?"}).text
    assert "By sense" in tried
    assert "% sure" in tried
    assert informed.get("/conversations/00000000-0000-4000-8000-000000000001").status_code == 404


def test_conversation_belongs_to_the_lead_who_asked(
    stack: RuntimeStack, informed: httpx.Client
) -> None:
    headers = {"User-Agent": "Browser of Ann"}
    informed.headers.update(headers)
    ask(informed, "Is the valuation free?")
    traits = {"email": "ann@buyer.test", "name": "Ann Buyer"}
    informed.post("/v1/events", content=body(fresh(), type="identify", properties=traits))
    until(lambda: shows_ann(informed), "the lead")


def shows_ann(client: httpx.Client) -> None:
    assert "Ann Buyer" in client.get("/conversations").text


def test_conversation_of_another_visitor_is_not_continued(
    stack: RuntimeStack, informed: httpx.Client
) -> None:
    theirs = ask(informed, "Is the valuation free?").json()["conversation"]
    informed.headers["User-Agent"] = "somebody else"
    mine = ask(informed, "Are dogs allowed?", conversation=theirs).json()["conversation"]
    assert mine != theirs
    assert stack.sql(f"SELECT count(*) FROM turns WHERE conversation_id = '{theirs}'") == "1"  # noqa: S608


def test_ninth_question_of_a_minute_waits(stack: RuntimeStack, informed: httpx.Client) -> None:
    statuses = [ask(informed, "Are dogs allowed?").status_code for _ in range(20)]
    assert statuses.count(200) in range(8, 17), "a minute may have ended in between"
    assert statuses[-1] == 429 or statuses.count(429) >= 4


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"question": ""}, 422),
        ({"question": "   "}, 422),
        ({"question": "a" * 1501}, 422),
        ({"url": "javascript:alert(1)"}, 422),
        ({"conversation": "1"}, 422),
        ({"admin": True}, 422),
        ({"client": "f" * 24}, 404),
        ({"question": "\x00\x01 Are dogs allowed?"}, 200),
        ({"question": "\U0001f600" * 1500}, 200),
    ],
)
def test_question_is_checked(
    stack: RuntimeStack, client: httpx.Client, changes: dict[str, object], status: int
) -> None:
    forget_questions(stack)
    sent = {"client": CLIENT_ID, "question": "Are dogs allowed?", "url": PAGE, **changes}
    answer = client.post("/v1/ask", json=sent)
    assert answer.status_code == status
    assert status == 200 or "\n" not in answer.json()["error"]
