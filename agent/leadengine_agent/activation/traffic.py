"""What visitors got, read from the lines nginx wrote: evidence that no release can colour.

The line's form is `log_format private` of templates/stack/nginx.conf.j2.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median

from leadengine_agent.docker import lines_since
from leadengine_agent.protocol import Colour, Traffic

_BEHIND = 6
"""Fields behind the address of a request, which may hold spaces: they are counted from the end."""


_STATUS = re.compile(r"[1-5]\d\d")
_SECONDS = re.compile(r"\d+\.\d+")


@dataclass(frozen=True)
class Request:
    """One answered request.

    Attributes:
        at: when, as Docker stamped the line.
        seconds: until the answer began; None where no api was asked.
    """

    at: str
    status: int
    colour: str
    seconds: float | None


@dataclass(frozen=True)
class Sample:
    """Requests that one colour answered, and how fast: seconds to the first byte."""

    requests: int = 0
    failed: int = 0
    median: float | None = None
    p95: float | None = None


class AccessLog:
    """The access log of one nginx container, read on from where it was left."""

    def __init__(self, container: str, since: str) -> None:
        self._container = container
        self._since = since
        self._requests: list[Request] = []

    def read_on(self) -> None:
        """Add what was written since the last time. Raises DockerError."""
        for stamp, line in lines_since(self._container, self._since):
            self._since = max(self._since, stamp)
            if found := parse(stamp, line):
                self._requests.append(found)

    def sample(self, colour: Colour, since: str = "") -> Sample:
        """What one colour answered after `since`."""
        mine = (each for each in self._requests if each.colour == colour and each.at >= since)
        return sample_of(mine)

    def traffic(self, start: str) -> Traffic:
        """Everything that was answered since `start`, whoever answered it."""
        whole = sample_of(each for each in self._requests if each.at >= start)
        return Traffic(requests=whole.requests, failed=whole.failed, p95=whole.p95)


def parse(at: str, line: str) -> Request | None:
    """One line of the log; None for any other line."""
    parts = line.rsplit(" ", _BEHIND)
    if len(parts) <= _BEHIND or not _STATUS.fullmatch(parts[1]):
        return None
    return Request(at, int(parts[1]), parts[5], _number(parts[6]))


def sample_of(requests: Iterable[Request]) -> Sample:
    """Count and measure. Answers of 500 and above have failed."""
    found = list(requests)
    times = sorted(_times(found))
    return Sample(
        requests=len(found),
        failed=sum(each.status >= 500 for each in found),
        median=median(times) if times else None,
        p95=times[int(len(times) * 0.95)] if len(times) >= 20 else None,
    )


def _times(requests: list[Request]) -> Iterator[float]:
    return (each.seconds for each in requests if each.seconds is not None and each.status < 500)


def _number(text: str) -> float | None:
    return float(text) if _SECONDS.fullmatch(text) else None
