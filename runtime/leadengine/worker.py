"""The worker's process."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import uvloop
from redis.asyncio import Redis

from leadengine import logs, redis_pool
from leadengine.chores import OneClient, Round, Whose, copy_drops, tend_partitions
from leadengine.companies.store import copy_companies
from leadengine.concierge.calling import call_people, mail_replies
from leadengine.database import Database
from leadengine.healthcheck import HEARTBEAT
from leadengine.insight.tending import pack_days
from leadengine.knowledge import library, staff
from leadengine.leads.tending import tend
from leadengine.metering import copy_usage
from leadengine.notifications.telling import channels, tell
from leadengine.privacy.retention import keep_no_longer
from leadengine.replies.following import follow_in_threads
from leadengine.settings import Settings, load
from leadengine.tenants.attending import ManyClients
from leadengine.tenants.turns import Turns
from leadengine.tracking.drops import Drops
from leadengine.tracking.queue import EventQueue
from leadengine.tracking.writer import Writer
from leadengine.webhooks.delivering import deliver


def main() -> None:
    """Consume until SIGTERM."""
    logs.configure()
    uvloop.run(_work(load(Settings, os.environ)))


async def _work(settings: Settings) -> None:
    database = Database(settings.database_url.get_secret_value(), size=4)
    redis = redis_pool.connect(settings)
    queue = EventQueue(redis)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)

    async def beat() -> None:
        await queue.beat()
        Path(HEARTBEAT).touch()

    await database.open()
    books = library.build(settings, database)
    workers = staff.hire(settings, database, books)
    chores = Round(_whose(settings, database, redis), stopping)
    hosted = settings.kind == "hosted"
    try:
        await asyncio.gather(
            Writer(queue, database, socket.gethostname(), stopping, hosted=hosted).run(beat),
            chores.every(10, "drops", lambda its: copy_drops(database, Drops(redis, its.keys))),
            chores.every(10, "usage", lambda its: copy_usage(database, redis, its.keys)),
            chores.every(5, "companies", lambda its: copy_companies(database, redis, its.keys)),
            chores.every(3600, "partitions", lambda _: tend_partitions(database)),
            chores.every(1800, "retention", lambda _: keep_no_longer(database)),
            chores.every(60, "packing", lambda _: pack_days(database)),
            chores.every(2, "leads", lambda its: tend(database, channels(its))),
            chores.every(2, "notices", lambda its: tell(database, its)),
            chores.every(2, "webhooks", lambda its: deliver(database, its)),
            chores.every(1, "files", lambda _: workers.librarian.chore()),
            chores.every(2, "sites", lambda _: workers.surveyor.chore()),
            chores.every(2, "calls", lambda its: call_people(database, its)),
            chores.every(5, "replies", lambda its: mail_replies(database, its)),
            chores.every(2, "threads", lambda its: follow_in_threads(database, its)),
        )
    finally:
        await books.close()
        await database.close()
        await redis.aclose()


def _whose(settings: Settings, database: Database, redis: Redis) -> Whose:
    if settings.kind == "hosted":
        return ManyClients(database, redis, settings, Turns(redis, socket.gethostname()))
    return OneClient(database, settings)


if __name__ == "__main__":
    main()
