"""A stream of `leaving`, read as it comes: lines of a size that is bounded, and what they are."""

import zlib
from collections.abc import AsyncIterable, AsyncIterator
from typing import TypeVar

from pydantic import BaseModel, ValidationError

Word = TypeVar("Word", bound=BaseModel)

GZIP = 31
"""How zlib is told that a stream has the header of gzip around it."""
_PIECE = 1024 * 1024
_LONGEST = 64 * 1024 * 1024
"""No row is longer: the largest thing that is kept in one is a file that somebody handed in."""


class TravelError(Exception):
    """A client cannot leave or arrive so; the text says why, and what to do next."""


NOT_WHOLE = "what arrived is not whole, or not a client; send it again"


class Lines:
    """The lines of a compressed stream, each with its end."""

    def __init__(self, pieces: AsyncIterable[bytes]) -> None:
        self._lines = _lines(_unpacked(pieces))

    async def next(self) -> bytes:
        """The next line.

        Raises:
            TravelError: there is none, or the stream is damaged.
        """
        async for line in self._lines:
            return line
        raise TravelError(NOT_WHOLE)

    async def ended(self) -> bool:
        """Whether nothing is left."""
        async for _ in self._lines:
            return False
        return True


def read(kind: type[Word], line: bytes) -> Word:
    """A line that is one of our own words.

    Raises:
        TravelError: it is not.
    """
    try:
        return kind.model_validate_json(line)
    except ValidationError:
        raise TravelError(NOT_WHOLE) from None


async def _unpacked(pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    unpacker = zlib.decompressobj(GZIP)
    try:
        async for piece in pieces:
            left = piece
            while left and not unpacker.eof:
                yield unpacker.decompress(left, _PIECE)
                left = unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error:
        raise TravelError(NOT_WHOLE) from None


async def _lines(pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    begun = b""
    async for piece in pieces:
        *whole, begun = (begun + piece).split(b"\n")
        for line in whole:
            yield line + b"\n"
        if len(begun) > _LONGEST:
            raise TravelError(NOT_WHOLE)
