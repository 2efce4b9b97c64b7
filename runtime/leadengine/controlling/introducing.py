"""A hosted client's concierge gets to know the client: by the client's own website."""

from leadengine.controlling.hosted import known
from leadengine.database import Database
from leadengine.knowledge import sites

_PAGES = 100


async def read_site(database: Database, slug: str) -> bool:
    """Have the website read now and every day; False: it is already.

    Raises:
        HostedError: there is no client of this name.
    """
    client = await known(database, slug)
    async with database.tenant(client.id) as connection:
        cursor = await connection.execute("SELECT domain FROM hosted_clients")
        (domain,) = await cursor.fetchone() or ("",)
        url = f"https://{domain}/"
        if any(each.url == url for each in await sites.all_of(connection)):
            return False
        return await sites.add(connection, client.id, url, _PAGES)
