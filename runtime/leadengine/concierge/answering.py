"""One answer: by the model while there is a budget for it, else from the same passages word for word."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit
from uuid import UUID

from leadengine.concierge import spend
from leadengine.concierge.answers import (
    DONT_KNOW,
    Answer,
    Citation,
    Cited,
    Text,
    UnavailableError,
    Usage,
)
from leadengine.concierge.intent import with_what_it_points_to
from leadengine.concierge.outgoing import LEAKED, LeakedError, Outgoing
from leadengine.concierge.prompt import Prompt, Turn, build
from leadengine.concierge.quoting import quote
from leadengine.database import Database
from leadengine.knowledge.search import Findings, Retriever
from leadengine.settings import Settings
from leadengine.tenants.preferences import name_of

if TYPE_CHECKING:
    from leadengine.concierge.claude import Claude

log = logging.getLogger(__name__)

_PASSAGES = 6
_AT_ONCE = 8
_BROKEN_OFF = " … (The answer broke off here.)"


@dataclass
class _Said:
    """What was passed on so far."""

    text: str = ""
    citations: tuple[Citation, ...] = ()
    usage: Usage | None = None

    def note(self, piece: Text | Cited) -> None:
        if isinstance(piece, Text):
            self.text += piece.text
        elif piece.citation not in self.citations:
            self.citations = (*self.citations, piece.citation)

    def spent(self, usage: Usage) -> None:
        read = usage.input_tokens or (self.usage.input_tokens if self.usage else 0)
        self.usage = Usage(usage.model, read, usage.output_tokens)


class Answerer:
    """Answers for one process; the model's budget is the tenant's, whoever spends it."""

    def __init__(self, settings: Settings, database: Database, retriever: Retriever) -> None:
        self._settings = settings
        self._database = database
        self._retriever = retriever
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._claude = _claude(settings)

    def speaking_for(self, settings: Settings) -> Self:
        """The same for another client of the stack: with its name, and the same turns at the model."""
        other = copy(self)
        other._settings = settings
        return other

    async def close(self) -> None:
        if self._claude is not None:
            await self._claude.close()

    async def answer(
        self, tenant: UUID, question: str, earlier: Sequence[Turn]
    ) -> AsyncIterator[Text | Cited | Answer]:
        """Pieces as they come, and at the end the whole."""
        findings = await self._findings(tenant, question, earlier)
        claude = self._claude
        if claude is not None and findings.found and await self._may_ask(tenant):
            async with self._turns:
                async for piece in self._by_model(claude, tenant, findings, earlier):
                    yield piece
            return
        async for piece in _as_pieces(await quote(self._retriever, findings)):
            yield piece

    async def _findings(self, tenant: UUID, question: str, earlier: Sequence[Turn]) -> Findings:
        """For the question as it is, or with what it points to: whichever finds more."""
        findings = await self._retriever.search(tenant, question, _PASSAGES)
        if longer := with_what_it_points_to(question, earlier):
            other = await self._retriever.search(tenant, longer, _PASSAGES)
            if other.sure > findings.sure:
                return Findings(
                    question, other.found, other.sure, other.weights, other.by_words_alone
                )
        return findings

    async def _may_ask(self, tenant: UUID) -> bool:
        if self._turns.locked():
            return False
        async with self._database.tenant(tenant) as connection:
            spent = await spend.of_month(connection)
        return spent < self._settings.llm_monthly_budget * 1_000_000

    async def _by_model(
        self, claude: Claude, tenant: UUID, findings: Findings, earlier: Sequence[Turn]
    ) -> AsyncIterator[Text | Cited | Answer]:
        async with self._database.tenant(tenant) as connection:
            name = await name_of(connection, self._settings)
        prompt = build(name, findings.question, earlier, findings.found)
        said = _Said()
        try:
            async for part in self._passed_on(claude, prompt, said):
                said.note(part)
                yield part
        except UnavailableError as error:
            log.warning("the concierge quotes: %s", error)
            if not said.text:
                async for piece in _as_pieces(await quote(self._retriever, findings)):
                    yield piece
                return
            said.note(Text(_BROKEN_OFF))
            yield Text(_BROKEN_OFF)
        except LeakedError:
            log.error("the model repeated its instructions; the answer was stopped")
            said.note(Text(LEAKED))
            yield Text(LEAKED)
        finally:
            await self._note_spending(tenant, said.usage)
        unknown = not said.text.strip()
        if unknown:
            yield Text(DONT_KNOW)
        text = DONT_KNOW if unknown else said.text.strip()
        yield Answer(text, not unknown, said.citations, "model", self._settings.llm_model)

    async def _passed_on(
        self, claude: Claude, prompt: Prompt, said: _Said
    ) -> AsyncIterator[Text | Cited]:
        """What the model says, as far as it may be said; nothing when it says that it does not know."""
        outgoing = Outgoing(self._hosts(prompt), prompt.canary)
        async for piece in claude.answer(prompt):
            if isinstance(piece, Usage):
                said.spent(piece)
                continue
            for out in outgoing.take(piece):
                yield out
        for text in outgoing.end():
            yield text

    def _hosts(self, prompt: Prompt) -> set[str]:
        sources = (urlsplit(found.passage.url).hostname for found in prompt.sources)
        return {self._settings.client_domain, *filter(None, sources)}

    async def _note_spending(self, tenant: UUID, usage: Usage | None) -> None:
        if usage is not None:
            async with self._database.tenant(tenant) as connection:
                await spend.add(connection, tenant, usage, self._settings.llm_prices)


def _claude(settings: Settings) -> Claude | None:
    """The model, where there is a key and a budget; its library is not imported without them."""
    if not settings.llm_api_key.get_secret_value() or not settings.llm_monthly_budget:
        return None
    from leadengine.concierge.claude import Claude

    return Claude(settings)


async def _as_pieces(answer: Answer) -> AsyncIterator[Text | Cited | Answer]:
    yield Text(answer.text)
    for citation in answer.citations:
        yield Cited(citation)
    yield answer
