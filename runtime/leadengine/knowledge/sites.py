"""Websites that are read, and what was met on them; each call runs in a tenant's transaction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from leadengine.database import Connection

MOST_PAGES = 500
MOST_SITES = 20
SAME_AS = "it says the same as "
"""Why a page was left out, before its twin's address."""

_ADD = """
INSERT INTO sites (tenant_id, url, most_pages) VALUES (%s, %s, %s)
ON CONFLICT (tenant_id, url) DO UPDATE SET most_pages = excluded.most_pages, state = 'queued',
  problem = '', next_at = now()
"""
_CLAIM = """
UPDATE sites SET claimed_until = now() + interval '2 min', state = 'crawling'
WHERE id = (
  SELECT id FROM sites WHERE next_at <= now() AND claimed_until < now()
  ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, url, most_pages, state, problem, taken, unchanged, left_out, crawled_at, next_at
"""
_ENDED = """
UPDATE sites SET state = %s, problem = %s, taken = %s, unchanged = %s, left_out = %s,
  crawled_at = now(), next_at = now() + interval '1 day', claimed_until = '-infinity'
WHERE id = %s
"""
_PAGE = """
INSERT INTO site_pages (tenant_id, site_id, url, etag, modified, content_hash, links)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (tenant_id, site_id, url) DO UPDATE SET etag = excluded.etag,
  modified = excluded.modified, content_hash = excluded.content_hash, links = excluded.links,
  fetched_at = now()
"""


@dataclass(frozen=True)
class Site:
    """A website: what is to be read of it, and how the last reading went."""

    id: UUID
    url: str
    most_pages: int
    state: str
    problem: str
    taken: int
    unchanged: int
    left_out: dict[str, int]
    crawled_at: datetime | None
    next_at: datetime


@dataclass(frozen=True)
class Known:
    """A page as it was met last."""

    url: str
    etag: str = ""
    modified: str = ""
    content_hash: str = ""
    links: tuple[str, ...] = ()


async def add(connection: Connection, tenant: UUID, url: str, most_pages: int) -> bool:
    """Have a site read now and every day; False: there are too many already."""
    cursor = await connection.execute("SELECT count(*) FROM sites WHERE url <> %s", (url,))
    row = await cursor.fetchone()
    if row and row[0] >= MOST_SITES:
        return False
    await connection.execute(_ADD, (tenant, url, min(most_pages, MOST_PAGES)))
    return True


async def again(connection: Connection, site: UUID) -> None:
    """Read it once more, now."""
    await connection.execute(
        "UPDATE sites SET next_at = now(), state = 'queued', problem = '' WHERE id = %s", (site,)
    )


async def claim(connection: Connection) -> Site | None:
    """The next site that is due; free again in two minutes unless `hold` is called now and then."""
    async with connection.cursor(row_factory=class_row(Site)) as cursor:
        await cursor.execute(_CLAIM)
        return await cursor.fetchone()


async def hold(connection: Connection, site: UUID) -> bool:
    """Keep the claim; False: the site was removed meanwhile."""
    cursor = await connection.execute(
        "UPDATE sites SET claimed_until = now() + interval '2 min' WHERE id = %s RETURNING id",
        (site,),
    )
    return await cursor.fetchone() is not None


async def ended(
    connection: Connection,
    site: UUID,
    problem: str,
    counts: tuple[int, int],
    left_out: Mapping[str, int],
) -> None:
    """Note how a reading went."""
    state = "failed" if problem else "read"
    values = (state, problem, *counts, json.dumps(left_out), site)
    await connection.execute(_ENDED, values)


async def pages(connection: Connection, site: UUID) -> dict[str, Known]:
    """Every page that was met, by its address."""
    cursor = await connection.execute(
        "SELECT url, etag, modified, content_hash, links FROM site_pages WHERE site_id = %s",
        (site,),
    )
    return {
        url: Known(url, etag, modified, digest, tuple(onward))
        for url, etag, modified, digest, onward in await cursor.fetchall()
    }


async def met(connection: Connection, tenant: UUID, site: UUID, page: Known) -> None:
    """Note a page as it was met."""
    values = (tenant, site, page.url, page.etag, page.modified, page.content_hash)
    await connection.execute(_PAGE, (*values, json.dumps(page.links)))


async def forget_page(connection: Connection, site: UUID, url: str) -> None:
    """It is not there any more."""
    await connection.execute("DELETE FROM site_pages WHERE site_id = %s AND url = %s", (site, url))


async def reconsider(connection: Connection, site: UUID) -> None:
    """Pages that were left out for a twin which is gone are read once more, now."""
    cursor = await connection.execute(
        "DELETE FROM intake i WHERE i.site_id = %s AND i.state = 'left out' AND NOT EXISTS"
        " (SELECT FROM documents d WHERE i.problem = %s || d.source) RETURNING i.source",
        (site, SAME_AS),
    )
    urls = [row[0] for row in await cursor.fetchall()]
    if urls:
        await connection.execute(
            "UPDATE site_pages SET etag = '', modified = '', content_hash = ''"
            " WHERE site_id = %s AND url = ANY(%s)",
            (site, urls),
        )
        await again(connection, site)


async def remove(connection: Connection, site: UUID) -> None:
    """Forget a site with every page of it."""
    for table in ("documents", "intake"):
        await connection.execute(f"DELETE FROM {table} WHERE site_id = %s", (site,))  # noqa: S608 - constants
    await connection.execute("DELETE FROM sites WHERE id = %s", (site,))


async def all_of(connection: Connection) -> list[Site]:
    """Every site, by address."""
    async with connection.cursor(row_factory=class_row(Site)) as cursor:
        await cursor.execute(
            "SELECT id, url, most_pages, state, problem, taken, unchanged, left_out, crawled_at, next_at"
            " FROM sites ORDER BY url"
        )
        return await cursor.fetchall()
