"""One reading of a website: sitemap first, then links, politely, until the limit."""

import asyncio
import contextlib
import hashlib
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from protego import Protego

from leadengine.knowledge.addresses import bare, normal
from leadengine.knowledge.crawling import links
from leadengine.knowledge.crawling.fetching import Fetched, Fetcher, FetchError, GoneError
from leadengine.knowledge.reading.section import UnreadableError
from leadengine.knowledge.reading.text import decode
from leadengine.knowledge.sites import Known

log = logging.getLogger(__name__)

_AGENT = "LeadEngineBot"
_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE = 10.0
_MOST_SITEMAPS = 20
_MOST_WAITING = 5000
_LONGEST_URL = 1000
_ENDS = {"text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf"}

Keep = Callable[[Known, Fetched | None, str], Awaitable[bool]]
"""Told of each page: what is known of it now, its content if that is new, and the end of its name."""


@dataclass
class Outcome:
    """How a reading went; `gone` are pages that do not exist any more."""

    taken: int = 0
    unchanged: int = 0
    problem: str = ""
    left_out: Counter[str] = field(default_factory=Counter)
    gone: set[str] = field(default_factory=set)


class Crawler:
    """Reads one site once."""

    def __init__(
        self, fetcher: Fetcher, start: str, most: int, pause: float = _PAUSE_SECONDS
    ) -> None:
        self._fetcher = fetcher
        self._start = normal(start)
        self._most = most
        self._pause = pause
        self._robots = Protego.parse("")
        self._waiting: deque[str] = deque()
        self._seen: set[str] = set()
        self.outcome = Outcome()

    async def run(self, known: dict[str, Known], keep: Keep) -> Outcome:
        """Read until nothing is left, the limit is reached, or `keep` says False."""
        try:
            await self._ask_robots()
        except FetchError as error:
            self.outcome.problem = f"robots.txt: {error}"
            return self.outcome
        self._add([self._start])
        await self._ask_sitemaps()
        while self._waiting and self.outcome.taken + self.outcome.unchanged < self._most:
            url = self._waiting.popleft()
            if not await self._visit(url, known.get(url), keep):
                return self.outcome
            await asyncio.sleep(self._pause)
        if not self.outcome.taken and not self.outcome.unchanged and not self.outcome.problem:
            self.outcome.problem = "no page of it can be read"
        elif not self._waiting:
            self.outcome.gone |= known.keys() - self._seen
        return self.outcome

    async def _ask_robots(self) -> None:
        """A site without rules has none; one that cannot say is left alone."""
        parts = urlsplit(self._start)
        with contextlib.suppress(GoneError):
            found = await self._fetcher.get(f"{parts.scheme}://{parts.netloc}/robots.txt")
            self._robots = Protego.parse(found.content[:500_000].decode("utf-8", "replace"))
        wished = self._robots.crawl_delay(_AGENT) or 0.0
        self._pause = min(max(self._pause, float(wished)), _LONGEST_PAUSE)

    async def _ask_sitemaps(self) -> None:
        parts = urlsplit(self._start)
        named = list(self._robots.sitemaps) or [f"{parts.scheme}://{parts.netloc}/sitemap.xml"]
        waiting = deque(named)
        for _ in range(_MOST_SITEMAPS):
            if not waiting:
                return
            with contextlib.suppress(FetchError, ValueError):
                found = await self._fetcher.get(normal(waiting.popleft()))
                pages, further = links.in_sitemap(found.content)
                self._add(pages)
                waiting.extend(further)

    def _add(self, urls: Iterable[str]) -> None:
        for found in urls:
            with contextlib.suppress(ValueError):
                url = normal(found)
                if self._is_new(url):
                    self._seen.add(url)
                    self._waiting.append(url)

    def _is_new(self, url: str) -> bool:
        ours = bare(urlsplit(url).hostname or "") == bare(urlsplit(self._start).hostname or "")
        if not ours or url in self._seen or len(url) > _LONGEST_URL:
            return False
        return len(self._seen) < _MOST_WAITING

    async def _visit(self, url: str, before: Known | None, keep: Keep) -> bool:
        if not self._robots.can_fetch(url, _AGENT):
            self.outcome.left_out["robots.txt forbids it"] += 1
            self.outcome.gone.add(url)
            return True
        known = before or Known(url)
        try:
            found = await self._fetcher.get(url, known.etag, known.modified)
        except GoneError:
            self.outcome.left_out["not there"] += 1
            self.outcome.gone.add(url)
            return True
        except FetchError as error:
            return self._failed(url, error)
        if found.unchanged:
            self.outcome.unchanged += 1
            self._add(known.links)
            return await keep(known, None, "")
        return await self._look_at(url, known, found, keep)

    def _failed(self, url: str, error: FetchError) -> bool:
        log.info("a page was not read: %s", error)
        self.outcome.left_out[str(error)[:120]] += 1
        if url == self._start:
            self.outcome.problem = str(error)
        return True

    async def _look_at(self, url: str, known: Known, found: Fetched, keep: Keep) -> bool:
        ending = _ENDS.get(found.kind)
        if ending is None:
            self.outcome.left_out["neither a page nor a PDF file"] += 1
            return True
        own, onward = self._page(found) if ending == ".html" else (normal(found.url), [])
        self._add([*onward, own])
        if own != url:
            reason = "the same page under another address" if own else "it asks not to be read"
            self.outcome.left_out[reason] += 1
            self.outcome.gone.add(url)
            return True
        digest = hashlib.sha256(found.content).hexdigest()
        told = (found.headers.get("etag", ""), found.headers.get("last-modified", ""))
        now = Known(url, *told, digest, tuple(onward))
        if digest == known.content_hash:
            self.outcome.unchanged += 1
            return await keep(now, None, "")
        self.outcome.taken += 1
        return await keep(now, found, ending)

    def _page(self, found: Fetched) -> tuple[str, list[str]]:
        """The page's own address, empty when it wants none, and the links to follow."""
        try:
            return links.in_page(found.url, decode(found.url, found.content, found.encoding))
        except UnreadableError:
            return normal(found.url), []
