"""The tables that have no other page of their own, as files to keep."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from leadengine.accounts.signed_in import SignedIn
from leadengine.dashboard import conversation_queries, lead_queries, privacy_queries
from leadengine.dashboard.tables import MOST_ROWS, Rows, as_csv
from leadengine.database import Connection
from leadengine.knowledge import intake, sites, store
from leadengine.services import ServicesOf
from leadengine.webhooks import store as webhooks

router = APIRouter()

Known = Literal["documents", "waiting", "websites", "unanswered"]


@router.get("/conversations.csv")
async def conversations(services: ServicesOf, person: SignedIn) -> Response:
    """Each with its first question; those that wait for a person come first."""
    names = ("last_at", "question", "page_url", "person", "state", "turns", "unanswered")
    async with services.database.tenant(person.tenant) as connection:
        found = await conversation_queries.conversations(connection, MOST_ROWS)
    return as_csv("conversations", names, _picked(names, found))


@router.get("/knowledge.csv")
async def knowledge(services: ServicesOf, person: SignedIn, kind: Known = "documents") -> Response:
    """What the concierge knows, what is on its way, where it comes from, and what is missing."""
    async with services.database.tenant(person.tenant) as connection:
        head, rows = await _known(connection, kind)
    return as_csv(kind, head, rows)


async def _known(connection: Connection, kind: Known) -> tuple[tuple[str, ...], Rows]:
    names: tuple[str, ...]
    if kind == "unanswered":
        found = await conversation_queries.unanswered(connection, MOST_ROWS)
        return ("question", "times"), found
    if kind == "waiting":
        names = ("added_at", "source", "state", "problem")
        return names, _picked(names, await intake.waiting(connection))
    if kind == "websites":
        names = ("url", "state", "crawled_at", "taken", "unchanged", "problem")
        return names, _picked(names, await sites.all_of(connection))
    names = ("added_at", "title", "source", "passages", "left_out")
    return names, _picked(names, await store.documents(connection))


@router.get("/leads/{lead}/deeds.csv")
async def deeds(services: ServicesOf, person: SignedIn, lead: UUID) -> Response:
    """What one person did, the latest first."""
    names = ("at", "type", "name", "title", "url")
    async with services.database.tenant(person.tenant) as connection:
        if await lead_queries.lead(connection, lead) is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        found = await lead_queries.deeds(connection, lead, MOST_ROWS)
    return as_csv("deeds", names, _picked(names, found))


@router.get("/settings/webhooks/{webhook}/deliveries.csv")
async def deliveries(services: ServicesOf, person: SignedIn, webhook: UUID) -> Response:
    """What one system was told, and whether it listened."""
    names = ("made_at", "event", "tries", "sent_at", "problem")
    async with services.database.tenant(person.tenant) as connection:
        if all(one.id != webhook for one in await webhooks.webhooks(connection)):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        found = await webhooks.log(connection, webhook, MOST_ROWS)
    return as_csv("deliveries", names, _picked(names, found))


@router.get("/settings/privacy/deleted.csv")
async def deleted(services: ServicesOf, person: SignedIn) -> Response:
    """What each night deleted because it was too old."""
    names = ("at", "name", "older_than", "deleted")
    async with services.database.tenant(person.tenant) as connection:
        found = await privacy_queries.runs(connection, MOST_ROWS)
    return as_csv("deleted", names, _picked(names, found))


def _picked(names: tuple[str, ...], found: Iterable[object]) -> Rows:
    return ([getattr(one, name) for name in names] for one in found)
