"""The licence of a stack that its client runs: one sentence on the pages, and nothing else depends on it.

Whose signature it has was looked at when it was set. Here it is only read: whoever can change the stack's
configuration could leave this page out as well.
"""

import base64
import binascii
from datetime import UTC, date, datetime
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, ValidationError

_WARN_DAYS = 30
_NOTHING_STOPS = "Nothing stops: your data is collected, shown and handed out as before."


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    domains: tuple[str, ...]
    issued: date
    until: date


def sentence_on(licence: str, domain: str, now: datetime | None = None) -> str:
    """What is to be said about a licence; empty: nothing, or there is none.

    Args:
        licence: as it is signed. `now`: None: this moment. What lies before the day of issue is no time:
            a clock that was set back counts from there.
    """
    if not licence:
        return ""
    said = _read(licence)
    if said is None:
        return f"The licence of this installation cannot be read. {_NOTHING_STOPS}"
    if not any(domain == own or domain.endswith(f".{own}") for own in said.domains):
        return (
            f"The licence of this installation is for {', '.join(said.domains)}. {_NOTHING_STOPS}"
        )
    today = max((now or datetime.now(UTC)).date(), said.issued)
    days = (said.until - today).days
    if days < 0:
        return f"The licence of this installation ended on {said.until}. {_NOTHING_STOPS}"
    if days <= _WARN_DAYS:
        return f"The licence of this installation ends on {said.until}, in {days} days."
    return ""


@lru_cache(maxsize=8)
def _read(licence: str) -> _Said | None:
    """What stands in the middle one of its three parts."""
    try:
        _head, middle, _signature = licence.split(".")
        text = base64.b64decode(middle + "=" * (-len(middle) % 4), altchars=b"-_", validate=True)
        return _Said.model_validate_json(text)
    except (ValueError, binascii.Error, ValidationError):
        return None
