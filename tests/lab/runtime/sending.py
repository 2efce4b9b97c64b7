"""Events as websites send them."""

# ruff: noqa: S608 - statements of the tests themselves

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx

from tests.lab.runtime.stack import CLIENT_ID, RuntimeStack


def body(ids: Iterable[UUID], **changes: object) -> str:
    """One request with a page view for each id."""
    now = datetime.now(UTC).isoformat()
    page = {"type": "page", "timestamp": now, "url": "https://shop.test/a", "title": "Shop"}
    events = [{**page, "messageId": str(message_id), **changes} for message_id in ids]
    return json.dumps({"client": CLIENT_ID, "sentAt": now, "events": events})


def send(client: httpx.Client, ids: Iterable[UUID], **headers: str) -> httpx.Response:
    """Send page views."""
    return client.post("/v1/events", content=body(ids), headers=headers)


def accepted(client: httpx.Client, ids: list[UUID]) -> bool:
    """Send once; what was not accepted was not promised."""
    try:
        return send(client, ids).status_code == 202
    except httpx.TransportError:
        return False


def fresh(number: int = 1) -> list[UUID]:
    return [uuid4() for _ in range(number)]


def written(stack: RuntimeStack, ids: Iterable[UUID]) -> list[str]:
    """The message ids of these that are in the table, each as often as it is there."""
    wanted = ",".join(f"'{message_id}'" for message_id in ids)
    return stack.sql(f"SELECT message_id FROM events WHERE message_id IN ({wanted})").split()


def grows(promised: Sequence[UUID], by: int = 0) -> Callable[[], None]:
    """Passes when more than `by` further events were acknowledged."""
    before = len(promised)

    def check() -> None:
        assert len(promised) > before + by

    return check


def all_stored(stack: RuntimeStack, promised: Iterable[UUID]) -> None:
    """Passes when each of these is in the table, once."""
    wanted = sorted(map(str, promised))
    found = written(stack, promised)
    assert sorted(found) == wanted, f"{len(found)} of {len(wanted)}"


@contextmanager
def kept_up(stack: RuntimeStack, promised: list[UUID]) -> Iterator[None]:
    """Two send events without a rest, through outages too; what was acknowledged is added to `promised`."""
    over = threading.Event()

    def keep_sending() -> None:
        with stack.client() as sender:
            while not over.is_set():
                ids = fresh(5)
                if accepted(sender, ids):
                    promised.extend(ids)
                else:
                    time.sleep(0.1)

    threads = [threading.Thread(target=keep_sending) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
