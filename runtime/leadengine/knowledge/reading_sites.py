"""What the worker does with a website that is due: read it, hand over what is new, forget what is gone."""

import ssl
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit
from uuid import UUID

from leadengine.chores import Chore
from leadengine.database import Database
from leadengine.knowledge import intake, sites, store
from leadengine.knowledge.crawling.crawler import Crawler, Outcome
from leadengine.knowledge.crawling.fetching import Fetched, Fetcher
from leadengine.knowledge.crawling.guard import Guard, pool


@dataclass(frozen=True)
class Surveyor:
    """Reads sites, one after the other."""

    database: Database
    guard: Guard
    context: ssl.SSLContext | None = None

    def chore(self) -> Chore:
        """Read the next site that is due."""

        async def chore(tenant: UUID) -> None:
            async with self.database.tenant(tenant) as connection:
                site = await sites.claim(connection)
            if site is not None:
                await self._read(tenant, site)

        return chore

    async def _read(self, tenant: UUID, site: sites.Site) -> None:
        async with self.database.tenant(tenant) as connection:
            known = await sites.pages(connection, site.id)

        async def keep(page: sites.Known, found: Fetched | None, ending: str) -> bool:
            async with self.database.tenant(tenant) as connection:
                if not await sites.hold(connection, site.id):
                    return False
                if found is not None:
                    await intake.put(connection, tenant, _arrival(site.id, page.url, found, ending))
                await sites.met(connection, tenant, site.id, page)
            return True

        async with pool(self.guard, self.context) as connections:
            fetcher = Fetcher(connections, urlsplit(site.url).hostname or "")
            crawler = Crawler(fetcher, site.url, site.most_pages)
            try:
                outcome = await crawler.run(known, keep)
            except intake.FullError as error:
                outcome = crawler.outcome
                outcome.problem = str(error)
        await self._end(tenant, site.id, outcome)

    async def _end(self, tenant: UUID, site: UUID, outcome: Outcome) -> None:
        async with self.database.tenant(tenant) as connection:
            for url in outcome.gone:
                await store.remove_of_site(connection, site, url)
                await sites.forget_page(connection, site, url)
            counts = (outcome.taken, outcome.unchanged)
            await sites.ended(connection, site, outcome.problem, counts, outcome.left_out)
            await sites.reconsider(connection, site)


def _arrival(site: UUID, url: str, found: Fetched, ending: str) -> intake.Arrival:
    """The page as a file: its address is its source, and its name ends as its kind says."""
    name = PurePosixPath(urlsplit(url).path).name or "page"
    name = name if name.lower().endswith(ending) else name + ending
    return intake.Arrival(url, name[-200:], found.content, found.encoding, url, site)
