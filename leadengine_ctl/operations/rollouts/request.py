"""What a rollout is asked to do. It is recorded as it is: no secret is in it."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from leadengine_agent.values import Frozen, Slug, Version
from leadengine_ctl.planning.waves import Waves

_DURATION = re.compile(r"(\d{1,5})([smh])")
_UNITS = {"s": 1, "m": 60, "h": 3600}
DEFAULT_SOAK = 600
"""Seconds, when there is a wave after this one to protect."""


def _seconds(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value)
    if match is None:
        message = "a time is a number and its unit, as in '30s', '10m' or '1h'"
        raise ValueError(message)
    return int(match[1]) * _UNITS[match[2]]


Duration = Annotated[int, Field(ge=0, le=86_400), BeforeValidator(_seconds)]
"""Seconds; typed as `30s`, `10m` or `1h`."""


class RolloutRequest(Frozen):
    """What was asked for.

    Attributes:
        clients: whom; empty: all.
        release: the version to bring; None: the newest of the channel.
        channel: the channel to take releases from; None: each client's own.
        parallel: how many hosts are worked on at once.
        soak: how long a wave is watched; None: `DEFAULT_SOAK`, where another wave follows.
        max_failures: how many clients may fail before the rollout stops.
        changes: what to configure, key -> text, for a rollout of that kind.
    """

    kind: Literal["update", "config"] = "update"
    clients: tuple[Slug, ...] = ()
    release: Version | None = None
    channel: Slug | None = None
    canary: tuple[Slug, ...] = ()
    waves: Waves = "1,5%,25%,100%"
    parallel: Annotated[int, Field(ge=1, le=256)] = 8
    soak: Duration | None = None
    bake: Duration = 30
    max_failures: Annotated[int, Field(ge=0)] = 0
    window: Literal["respect", "ignore"] = "respect"
    retry: bool = False
    allow_contract: bool = False
    without_backup: bool = False
    changes: dict[str, str] = {}

    def soak_of(self, waves: int) -> int:
        """Seconds that each of so many waves is watched."""
        default = DEFAULT_SOAK if waves > 1 else 0
        return default if self.soak is None else self.soak
