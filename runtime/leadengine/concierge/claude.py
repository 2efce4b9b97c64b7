"""Claude, through Anthropic's own library: one streamed answer at a time."""

import asyncio
from collections.abc import AsyncIterator

import anthropic
import httpx2
from anthropic.types import RawMessageStreamEvent

from leadengine.concierge.answers import Cited, Piece, Text, UnavailableError, Usage
from leadengine.concierge.prompt import TOOLS, Prompt
from leadengine.concierge.quoting import citation_of
from leadengine.settings import ModelSettings

REFUSED = "I cannot help with that here. A person can: leave your address of mail."
CUT_OFF = " … Ask me for more, if you like."


class Claude:
    """A client with its limits; connects when it is asked."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._client = anthropic.AsyncAnthropic(
            api_key=settings.llm_api_key.get_secret_value(),
            base_url=settings.llm_base_url or None,
            timeout=httpx2.Timeout(settings.llm_seconds, connect=5.0),
            max_retries=0,
        )

    async def close(self) -> None:
        await self._client.close()

    async def answer(self, prompt: Prompt) -> AsyncIterator[Piece]:
        """The pieces of an answer as they come, and what it costs so far.

        Asked once more when it fails before its first word.

        Raises:
            UnavailableError: it is not to be had, breaks off, or takes too long to begin.
        """
        for last in (False, True):
            begun = False
            try:
                async for piece in self._once(prompt):
                    begun = begun or not isinstance(piece, Usage)
                    yield piece
            except (anthropic.APIConnectionError, anthropic.InternalServerError) as error:
                if begun or last:
                    raise UnavailableError(_reason(error)) from error
                await asyncio.sleep(0.2)
            except (anthropic.AnthropicError, httpx2.HTTPError, ValueError) as error:
                raise UnavailableError(_reason(error)) from error
            else:
                return

    async def _once(self, prompt: Prompt) -> AsyncIterator[Piece]:
        settings = self._settings
        stream = await self._client.messages.create(
            model=settings.llm_model,
            max_tokens=settings.llm_tokens,
            system=prompt.system,
            messages=prompt.messages,
            tools=TOOLS,
            tool_choice={"type": "none"},
            thinking={"type": "disabled"},
            output_config={"effort": "low"},
            stream=True,
        )
        async with stream:
            async for event in stream:
                if event.type == "message_start":
                    usage = event.message.usage
                    read = usage.input_tokens + (usage.cache_creation_input_tokens or 0)
                    read += usage.cache_read_input_tokens or 0
                    # What was read is paid for, even if nobody hears the rest.
                    yield Usage(settings.llm_model, read, usage.output_tokens)
                elif event.type == "message_delta":
                    yield Usage(settings.llm_model, 0, event.usage.output_tokens)
                if (piece := _piece(event, prompt)) is not None:
                    yield piece


def _piece(event: RawMessageStreamEvent, prompt: Prompt) -> Piece | None:
    if event.type == "message_delta":
        if event.delta.stop_reason == "refusal":
            return Text(REFUSED)
        return Text(CUT_OFF) if event.delta.stop_reason == "max_tokens" else None
    if event.type != "content_block_delta":
        return None
    if event.delta.type == "text_delta":
        return Text(event.delta.text)
    if event.delta.type == "citations_delta":
        place = event.delta.citation
        if place.type == "search_result_location":
            return _cited(place.search_result_index, place.cited_text, prompt)
    return None


def _cited(number: int, said: str, prompt: Prompt) -> Cited | None:
    """Only what was handed over can be cited."""
    if not 0 <= number < len(prompt.sources):
        return None
    return Cited(citation_of(prompt.sources[number], said.strip()))


def _reason(error: Exception) -> str:
    if isinstance(error, anthropic.APIStatusError):
        return f"the model's service answered {error.status_code}"
    return f"the model's service does not answer: {type(error).__name__}"
