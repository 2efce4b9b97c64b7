"""One turn of a conversation as events: who answers, the answer, and what is offered after it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from leadengine.concierge import store
from leadengine.concierge.answering import Answerer
from leadengine.concierge.answers import Answer, Cited, Text
from leadengine.concierge.events import Event
from leadengine.concierge.intent import is_interested, wants_a_person
from leadengine.concierge.prompt import Turn
from leadengine.database import Database

MOST_TURNS = 20
_EARLIER = 4
_ASK_AFTER = 2
_PERSON = "Gladly. Leave your address of mail, so that a person can answer you here or by mail."
_LONG = "We have talked for a while. A person can go on from here."


@dataclass(frozen=True)
class _Stand:
    """How a conversation stands before the next turn."""

    conversation: UUID
    state: str
    email: str
    turns: int
    missed: int
    earlier: tuple[Turn, ...]


class Conversations:
    """Takes turns; everything that is said is kept."""

    def __init__(self, database: Database, answerer: Answerer) -> None:
        self._database = database
        self._answerer = answerer

    async def begin(self, tenant: UUID, asked: store.Asked) -> UUID:
        """The conversation a question belongs to."""
        async with self._database.tenant(tenant) as connection:
            return await store.open_for(connection, tenant, asked)

    async def turn(self, tenant: UUID, conversation: UUID, question: str) -> AsyncIterator[Event]:
        """What happens after a question."""
        stand = await self._stand(tenant, conversation)
        if stand.state != "bot":
            async with self._database.tenant(tenant) as connection:
                await store.say(connection, tenant, conversation, question)
            yield Event("action", {"kind": "waiting"})
            yield Event("done", {"mode": "human", "answered": True})
            return
        if wants_a_person(question) or stand.turns >= MOST_TURNS:
            text = _PERSON if wants_a_person(question) else _LONG
            async for event in self._handed_over(tenant, stand, question, text):
                yield event
            return
        async for event in self._answered(tenant, stand, question):
            yield event

    async def whole(self, tenant: UUID, conversation: UUID, question: str) -> Answer:
        """The same at once, for who does not listen to a stream."""
        stand = await self._stand(tenant, conversation)
        answer = Answer("", answered=False)
        async for piece in self._answerer.answer(tenant, question, stand.earlier):
            if isinstance(piece, Answer):
                answer = piece
        async with self._database.tenant(tenant) as connection:
            await store.keep(connection, tenant, conversation, question, answer)
        return answer

    async def _stand(self, tenant: UUID, conversation: UUID) -> _Stand:
        async with self._database.tenant(tenant) as connection:
            state = await store.state_of(connection, conversation)
            earlier = await store.earlier(connection, conversation, _EARLIER)
        if state is None:
            return _Stand(conversation, "bot", "", 0, 0, ())
        return _Stand(
            conversation, state.state, state.email, state.turns, state.missed, tuple(earlier)
        )

    async def _handed_over(
        self, tenant: UUID, stand: _Stand, question: str, text: str
    ) -> AsyncIterator[Event]:
        answer = Answer(text, answered=True, mode="handover")
        async with self._database.tenant(tenant) as connection:
            await store.keep(connection, tenant, stand.conversation, question, answer)
        yield Event("delta", {"text": text})
        yield Event("action", {"kind": "handoff"})
        yield Event("done", {"mode": answer.mode, "answered": True})

    async def _answered(self, tenant: UUID, stand: _Stand, question: str) -> AsyncIterator[Event]:
        numbers: dict[tuple[str, str], int] = {}
        answer = Answer("", answered=False)
        async for piece in self._answerer.answer(tenant, question, stand.earlier):
            if isinstance(piece, Text):
                yield Event("delta", {"text": piece.text})
            elif isinstance(piece, Cited):
                cited = piece.citation
                number = numbers.setdefault((cited.source, cited.title), len(numbers) + 1)
                told = {"title": cited.title, "url": cited.url, "source": cited.source}
                yield Event("cite", {"n": number, **told, "quote": cited.quote})
            else:
                answer = piece
        async with self._database.tenant(tenant) as connection:
            await store.keep(connection, tenant, stand.conversation, question, answer)
        if kind := _offer(stand, question, answer):
            yield Event("action", {"kind": kind})
        yield Event("done", {"mode": answer.mode, "answered": answer.answered})


def _offer(stand: _Stand, question: str, answer: Answer) -> str:
    """First the answer, then the question who asks; and a person where answers fail."""
    if not answer.answered:
        return "handoff" if stand.missed else "lead_form"
    if stand.email:
        return ""
    asked_for = is_interested(question) and stand.turns >= 1
    return "lead_form" if asked_for or stand.turns + 1 == _ASK_AFTER else ""
