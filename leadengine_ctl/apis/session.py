"""HTTP with a deadline for each request, and patience where patience is safe.

A request that changes something is sent again only when it is certain that it was not carried out:
the connection was refused, or the answer says "too many requests" or "locked". Otherwise its fate is
unknown, and that is said.
"""

from collections.abc import Callable
from typing import Any

import requests

from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.apis.refusals import RateLimitedError, unavailable, unknown_fate

_TIMEOUT = (10.0, 30.0)
"""Seconds for the connection, and for each silence afterwards."""
_LATER = frozenset({423, 429})
"""Locked, too many requests: certainly not carried out."""
_BROKEN = frozenset({500, 502, 503, 504})
_READS = frozenset({"GET", "HEAD"})


def _never(_answer: requests.Response) -> bool:
    return False


class PatientSession(requests.Session):
    """A session for one API.

    Args:
        api: its name, for people.
        is_refusal: True for an answer that is a clear no, whatever its status says.
    """

    def __init__(
        self,
        api: str,
        patience: Patience,
        is_refusal: Callable[[requests.Response], bool] = _never,
    ) -> None:
        super().__init__()
        self._api = api
        self._is_refusal = is_refusal
        self._patience = patience
        self._timeout = tuple(min(each, max(1.0, patience.seconds)) for each in _TIMEOUT)

    def request(  # type: ignore[override]
        self, method: str, url: str, **options: Any
    ) -> requests.Response:
        """Send, and send again where that is safe.

        Raises:
            RateLimitedError: the API asks for more patience than there is.
            UnknownFateError: a request that changes something got no proper answer.
            ApiError: the API cannot be reached, or fails again and again.
        """
        options["timeout"] = self._timeout
        waited, attempt = 0.0, 1
        while True:
            answer, why = self._once(method.upper(), url, options)
            if answer is not None and self._counts(answer):
                return answer
            asked = None if answer is None else self._patience.asked(answer.headers)
            pause = self._patience.wait(attempt, asked, waited)
            if pause is None:
                raise self._enough(answer, asked, why)
            waited, attempt = waited + pause, attempt + 1

    def _once(
        self, method: str, url: str, options: dict[str, Any]
    ) -> tuple[requests.Response | None, str]:
        try:
            answer = super().request(method, url, **options)
        except requests.ConnectTimeout:
            return None, "The connection could not be made in time."
        except requests.ConnectionError as error:
            if _was_refused(error):
                return None, "The connection was refused."
            return None, self._lost(method, "The connection broke.")
        except requests.Timeout:
            return None, self._lost(method, "It did not answer in time.")
        if answer.status_code in _BROKEN and not self._is_refusal(answer):
            return answer, self._lost(method, f"It answered with {answer.status_code}.")
        return answer, f"It answered with {answer.status_code}."

    def _counts(self, answer: requests.Response) -> bool:
        return answer.status_code not in _LATER | _BROKEN or self._is_refusal(answer)

    def _lost(self, method: str, why: str) -> str:
        if method in _READS:
            return why
        raise unknown_fate(self._api, why)

    def _enough(self, answer: requests.Response | None, asked: float | None, why: str) -> Exception:
        if answer is not None and answer.status_code == 429:
            wanted = f" It asks to wait {asked:.0f} s." if asked else ""
            return RateLimitedError(
                f"{self._api} allows no more requests for now",
                f"Too many were made with this token.{wanted}",
                "Run the same command again later: it goes on where it stopped.",
            )
        return unavailable(self._api, why)


def _was_refused(error: requests.ConnectionError) -> bool:
    """True when the connection was never made, so that nothing can have been carried out."""
    inner = error.args[0] if error.args else None
    reason = getattr(inner, "reason", None)
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError"}
