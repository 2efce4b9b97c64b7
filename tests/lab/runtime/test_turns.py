"""Several workers on one Redis and one database: a chore is one worker's at a time, and nothing is lost."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from redis.asyncio import Redis

from leadengine.companies.finder import FOUND
from leadengine.companies.store import copy_companies
from leadengine.database import Database
from leadengine.tenants.turns import TURN, Turns
from tests.lab.runtime.stack import CLIENT_ID, RuntimeStack

ANSWERS = 100

HOLD = """
import asyncio, sys
from redis.asyncio import Redis
from leadengine.tenants.turns import Turns

async def main():
    async with Redis.from_url(sys.argv[1]) as redis:
        async with Turns(redis, "killed", held_seconds=2).take(sys.argv[2], 3600) as mine:
            print("held" if mine else "not held", flush=True)
            await asyncio.sleep(60)

asyncio.run(main())
"""


def played(stack: RuntimeStack, play: Callable[[Redis], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with Redis.from_url(stack.settings["REDIS_URL"]) as redis:
            await play(redis)

    asyncio.run(whole())


def test_a_chore_is_one_workers_until_it_is_due_again(stack: RuntimeStack) -> None:
    chore = f"lab-{uuid4()}"

    async def play(redis: Redis) -> None:
        one, other = (Turns(redis, name, held_seconds=1.5) for name in ("one", "other"))
        async with one.take(chore, 2) as mine:
            assert mine
            assert await redis.get(TURN + chore) == b"one"
            await asyncio.sleep(3)
            async with other.take(chore, 2) as theirs:
                assert not theirs, "a long round is kept up"
        ended = time.monotonic()
        while True:
            async with other.take(chore, 2) as theirs:
                if theirs:
                    break
            await asyncio.sleep(0.02)
        assert time.monotonic() - ended > 1.4, "a round is not done before it is due"

    played(stack, play)


def test_a_worker_that_was_killed_is_followed_by_another(stack: RuntimeStack) -> None:
    chore = f"lab-{uuid4()}"
    words = (sys.executable, "-c", HOLD, stack.settings["REDIS_URL"], chore)

    async def play(redis: Redis) -> None:
        heir = Turns(redis, "heir", held_seconds=2)
        with subprocess.Popen(words, stdout=subprocess.PIPE) as holding:
            assert holding.stdout is not None
            assert holding.stdout.readline() == b"held\n"
            async with heir.take(chore, 1) as theirs:
                assert not theirs
            holding.kill()
        async with asyncio.timeout(20):
            while True:
                async with heir.take(chore, 1) as theirs:
                    if theirs:
                        return
                await asyncio.sleep(0.05)

    played(stack, play)


def test_answers_about_companies_that_another_worker_took_off_the_list_cost_none_of_the_next(
    stack: RuntimeStack,
) -> None:
    """N = 100 answers that came while a worker still wrote 100 that another had written already."""
    tenant = UUID(stack.sql(f"SELECT id FROM tenants WHERE client_id = '{CLIENT_ID}'"))  # noqa: S608
    keys = f"le:lab-{uuid4()}:"
    earlier, later = ([f"lab-network-{part}-{n}" for n in range(ANSWERS)] for part in "ab")

    async def play(redis: Redis) -> None:
        database = Database(stack.settings["DATABASE_URL"], size=2)
        await database.open()
        owner = await AsyncConnection.connect(stack.settings["MIGRATION_DATABASE_URL"])
        async with owner:
            await redis.rpush(keys + FOUND, *map(answer, earlier))
            await owner.execute("LOCK TABLE networks")
            writing = asyncio.ensure_future(copy_companies(database, redis, keys)(tenant))
            async with asyncio.timeout(20):
                while not await _waits(owner):
                    await asyncio.sleep(0.05)
            # The other worker is done with these, and an api has found more.
            await redis.delete(keys + FOUND)
            await redis.rpush(keys + FOUND, *map(answer, later))
        await writing
        await database.close()
        assert await redis.llen(keys + FOUND) == 0

    played(stack, play)
    written = stack.sql("SELECT network FROM networks WHERE network LIKE 'lab-network-%'").split()
    stack.sql("DELETE FROM networks WHERE network LIKE 'lab-network-%'")
    assert sorted(written) == sorted(earlier + later)


def answer(network: str) -> str:
    nothing = {"domain": "", "name": "", "kind": "", "country": "", "hosting": False}
    return json.dumps({"network": network, **nothing})


async def _waits(owner: AsyncConnection) -> bool:
    """Whether somebody waits for the table that the owner holds."""
    cursor = await owner.execute(
        "SELECT FROM pg_locks WHERE relation = 'networks'::regclass AND NOT granted"
    )
    return cursor.rowcount > 0
