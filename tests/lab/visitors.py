"""Visitors who come one by one, each with a connection of their own."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import httpx

from tests.lab.stack import Stack


@dataclass(frozen=True)
class Visit:
    """One visit.

    Attributes:
        seconds: how long it took.
        failure: what went wrong; empty: nothing.
    """

    seconds: float
    failure: str


def over_ipv6(stack: Stack) -> Stack:
    """The same stack, asked at its host's other address."""
    box = replace(stack.vps.box, address=f"[{stack.vps.address6}]")
    return replace(stack, vps=replace(stack.vps, box=box))


@contextmanager
def visitors(stack: Stack, rate: float) -> Iterator[list[Visit]]:
    """So many visits a second for as long as the block lasts; behind it, all have ended and are listed."""
    visits: list[Visit] = []
    over = threading.Event()

    def come(pool: ThreadPoolExecutor) -> None:
        while not over.wait(1 / rate):
            pool.submit(lambda: visits.append(_visit(stack)))

    with ThreadPoolExecutor(64) as pool:
        coming = threading.Thread(target=come, args=(pool,))
        coming.start()
        try:
            yield visits
        finally:
            over.set()
            coming.join()


def _visit(stack: Stack) -> Visit:
    began = time.monotonic()
    try:
        failure = "" if (code := stack.get("/readyz").status_code) == 200 else f"answered {code}"
    except httpx.HTTPError as error:
        failure = repr(error)
    return Visit(time.monotonic() - began, failure)
