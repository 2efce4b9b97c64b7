"""The worker's part of a thread: what the visitor writes meanwhile appears in it."""

import asyncio
import logging
from uuid import UUID

from leadengine.chores import Chore
from leadengine.database import Database
from leadengine.notifications import slack
from leadengine.replies import store
from leadengine.replies.store import Following
from leadengine.settings import Settings

log = logging.getLogger(__name__)

_MOST_TRIES = 8


def follow_in_threads(database: Database, settings: Settings) -> Chore:
    """Tell threads what visitors wrote since, one message after the other."""

    async def chore(tenant: UUID) -> None:
        while slack.has_threads(settings):
            async with database.tenant(tenant) as connection:
                one = await store.next_to_follow(connection, _MOST_TRIES)
            if one is None or not await asyncio.to_thread(_told, settings, one):
                return
            async with database.tenant(tenant) as connection:
                await store.followed(connection, one)

    return chore


def _told(settings: Settings, one: Following) -> bool:
    try:
        slack.tell(settings, "The visitor: " + slack.escaped(one.text), one.thread)
    except slack.SlackError as error:
        log.warning("a thread is told later: %s", error)
        return False
    return True
