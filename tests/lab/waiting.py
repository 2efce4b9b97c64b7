"""Wait for what takes its time, with a deadline and the last reason."""

import time
from collections.abc import Callable
from typing import TypeVar

import httpx

from tests.lab.engine import LabError

Value = TypeVar("Value")


def until(attempt: Callable[[], Value], what: str, seconds: float = 20) -> Value:
    """Call until nothing is raised; return what came back.

    Raises:
        LabError: it still failed when the time was over; the last failure is the cause.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except (OSError, AssertionError, LabError, httpx.HTTPError) as error:
            if time.monotonic() > deadline:
                message = f"{what} did not come up within {seconds} s: {error}"
                raise LabError(message) from error
            time.sleep(0.1)
