"""An api with a key for the language model, and how to listen to it."""

import json
from dataclasses import dataclass

import httpx

from tests.lab.container import Container
from tests.lab.runtime.anthropic_server import Anthropic
from tests.lab.runtime.stack import CLIENT_ID, RuntimeStack
from tests.lab.runtime.test_concierge import PAGE, forget_questions


@dataclass(frozen=True)
class Speaker:
    """An api with a key for the model, and the model's service."""

    stack: RuntimeStack
    api: Container
    model: Anthropic

    def post(self, path: str, **sent: object) -> httpx.Response:
        body = {"client": CLIENT_ID, **sent}
        return httpx.post(f"http://{self.api.address}:3000{path}", json=body, timeout=60)

    def ask(self, question: str, **more: object) -> list[tuple[str, dict[str, object]]]:
        """The events of an answer."""
        forget_questions(self.stack)
        return events(self.post("/v1/chat", question=question, url=PAGE, **more))


def events(answer: httpx.Response) -> list[tuple[str, dict[str, object]]]:
    assert answer.status_code == 200, answer.text
    found = []
    for block in answer.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def text_of(told: list[tuple[str, dict[str, object]]]) -> str:
    return "".join(str(data["text"]) for kind, data in told if kind == "delta")


def last(told: list[tuple[str, dict[str, object]]]) -> dict[str, object]:
    assert told[-1][0] == "done", told
    return told[-1][1]
