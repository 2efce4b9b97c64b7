"""A client's concierge gets to know the client: by the client's own website."""

from uuid import UUID

from leadengine.controlling.hosted import HostedError, known
from leadengine.database import Connection, Database
from leadengine.knowledge import sites

_PAGES = 100


async def read_site(database: Database, slug: str) -> bool:
    """Have the website of a hosted client read now and every day; False: it is already.

    Raises:
        HostedError: there is no client of this name.
    """
    client = await known(database, slug)
    async with database.tenant(client.id) as connection:
        cursor = await connection.execute("SELECT domain FROM hosted_clients")
        (domain,) = await cursor.fetchone() or ("",)
        return await _add(connection, client.id, domain)


async def read_own_site(database: Database, client_id: str, domain: str) -> bool:
    """The same for the one client of a stack of its own, which knows no website by itself.

    Raises:
        HostedError: the stack was never seeded.
    """
    tenant = await database.tenant_of(client_id)
    if tenant is None:
        raise HostedError("the stack has no client yet; deploy it again")
    async with database.tenant(tenant) as connection:
        return await _add(connection, tenant, domain)


async def _add(connection: Connection, tenant: UUID, domain: str) -> bool:
    url = f"https://{domain}/"
    if any(each.url == url for each in await sites.all_of(connection)):
        return False
    return await sites.add(connection, tenant, url, _PAGES)
