"""The worker's process."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import uvloop

from leadengine import logs, redis_pool
from leadengine.chores import Round, copy_drops, tend_partitions
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
    chores = Round(database, settings.client_id, stopping)
    try:
        await asyncio.gather(
            Writer(queue, database, socket.gethostname(), stopping).run(beat),
            chores.every(10, copy_drops(database, Drops(redis))),
            chores.every(10, copy_usage(database, redis)),
            chores.every(5, copy_companies(database, redis)),
            chores.every(3600, tend_partitions(database)),
            chores.every(1800, keep_no_longer(database)),
            chores.every(60, pack_days(database)),
            chores.every(2, tend(database, channels(settings))),
            chores.every(2, tell(database, settings)),
            chores.every(2, deliver(database, settings)),
            chores.every(1, workers.librarian.chore()),
            chores.every(2, workers.surveyor.chore()),
            chores.every(2, call_people(database, settings)),
            chores.every(5, mail_replies(database, settings)),
            chores.every(2, follow_in_threads(database, settings)),
        )
    finally:
        await books.close()
        await database.close()
        await redis.aclose()


if __name__ == "__main__":
    main()
