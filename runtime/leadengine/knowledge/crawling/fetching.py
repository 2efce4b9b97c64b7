"""One page of a website: bounded in size, time and redirections."""

import asyncio
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpcore2

from leadengine.knowledge.addresses import bare, normal
from leadengine.knowledge.crawling.guard import ForbiddenAddressError

MOST_BYTES = 2_000_000
_MOST_REDIRECTIONS = 5
_SECONDS = 20.0
_TIMEOUTS = {"connect": 5.0, "read": 10.0, "write": 5.0, "pool": 20.0}
_AGENT = "LeadEngineBot/1.0 (reads the website of the client it works for)"
_REDIRECTED = frozenset((301, 302, 303, 307, 308))


class FetchError(Exception):
    """A page cannot be had; the text says why."""


class GoneError(FetchError):
    """The page is not there any more."""


@dataclass(frozen=True)
class Fetched:
    """What an address answered: `url` is where it was in the end; an unchanged page has no content."""

    url: str
    content: bytes = b""
    kind: str = ""
    encoding: str = ""
    unchanged: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


class Fetcher:
    """Gets pages of one site."""

    def __init__(self, pool: httpcore2.AsyncConnectionPool, host: str) -> None:
        self._pool = pool
        self._host = host

    async def get(self, url: str, etag: str = "", modified: str = "") -> Fetched:
        """A page, or that it has not changed since.

        Raises:
            FetchError: it cannot be had, or is elsewhere, or is too large.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
        headers = {name: value for name, value in conditions.items() if value}
        try:
            async with asyncio.timeout(_SECONDS):
                for _ in range(_MOST_REDIRECTIONS + 1):
                    found, onward = await self._once(url, headers)
                    if found is not None:
                        return found
                    url = onward
        except ForbiddenAddressError as error:
            raise FetchError(str(error)) from None
        except TimeoutError:
            raise FetchError(f"no answer within {_SECONDS:.0f} seconds") from None
        except (
            httpcore2.NetworkError,
            httpcore2.ProtocolError,
            httpcore2.TimeoutException,
            httpcore2.UnsupportedProtocol,
            OSError,
            UnicodeError,
            ValueError,
        ) as error:
            raise FetchError(f"no connection: {error or type(error).__name__}") from None
        raise FetchError(f"more than {_MOST_REDIRECTIONS} redirections")

    async def _once(self, url: str, headers: Mapping[str, str]) -> tuple[Fetched | None, str]:
        self._must_be_ours(url)
        sent = {"User-Agent": _AGENT, "Accept-Encoding": "gzip", "Accept": "*/*", **headers}
        request = [
            (name.encode(), value.encode("latin-1", "ignore")) for name, value in sent.items()
        ]
        extensions = {"timeout": _TIMEOUTS}
        async with self._pool.stream("GET", url, headers=request, extensions=extensions) as answer:
            told = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in answer.headers
            }
            if answer.status in _REDIRECTED and "location" in told:
                return None, normal(urljoin(url, told["location"]))
            if answer.status == 304:
                return Fetched(url, unchanged=True, headers=told), ""
            if answer.status in (404, 410):
                raise GoneError(f"it answered {answer.status}")
            if answer.status != 200:
                raise FetchError(f"it answered {answer.status}")
            content = await _body(answer, told.get("content-encoding", ""))
        kind, _, rest = told.get("content-type", "").partition(";")
        encoding = rest.partition("charset=")[2].strip(" \"'").partition(";")[0]
        return Fetched(url, content, kind.strip().lower(), encoding, headers=told), ""

    def _must_be_ours(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.username or parts.password:
            raise FetchError("it is not a plain web address")
        if bare(parts.hostname or "") != bare(self._host):
            raise FetchError(f"it leads to another site, {parts.hostname}")


async def _body(answer: httpcore2.Response, encoding: str) -> bytes:
    unpack = None
    if encoding in ("gzip", "x-gzip", "deflate"):
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    elif encoding not in ("", "identity"):
        raise FetchError(f"it is packed as {encoding[:20]}, which was not asked for")
    content = bytearray()
    async for chunk in answer.aiter_stream():
        try:
            # Unpacked only as far as there is room: a small answer may be a large page.
            content += unpack.decompress(chunk, MOST_BYTES + 1 - len(content)) if unpack else chunk
        except zlib.error:
            raise FetchError("it is packed wrongly") from None
        if len(content) > MOST_BYTES:
            raise FetchError(f"it is larger than {MOST_BYTES // 1_000_000} MB")
    return bytes(content)
