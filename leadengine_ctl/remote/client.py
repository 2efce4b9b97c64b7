"""The panel's API, for the command line."""

from collections.abc import Iterator
from typing import Any

from leadengine_ctl.errors import (
    HostUnreachableError,
    LeadEngineError,
    LockedError,
    NotAllowedError,
    NotFoundError,
    UsageError,
)
from leadengine_ctl.remote.login import Login

_CLASSES: dict[int, type[LeadEngineError]] = {
    401: NotAllowedError,
    403: NotAllowedError,
    404: NotFoundError,
    409: LockedError,
    422: UsageError,
}
_TIMEOUT = 60.0
_PAUSE = 0.5


class PanelClient:
    """Asks one panel. Errors come out in the panel's own sentences."""

    def __init__(self, login: Login) -> None:
        # Imported here: most commands do without it.
        import httpx

        self.url = login.url.rstrip("/")
        self._http = httpx.Client(
            base_url=f"{self.url}/api/v1",
            headers={"Authorization": f"Bearer {login.token.get_secret_value()}"},
            timeout=_TIMEOUT,
        )

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """Ask for something.

        Raises:
            LeadEngineError: it was refused, or the panel does not answer.
        """
        given = {name: value for name, value in params.items() if value is not None}
        return self._ask("GET", path, params=given)

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Have something done.

        Raises:
            LeadEngineError: it was refused, or the panel does not answer.
        """
        return self._ask("POST", path, json=body or {})

    def follow(self, path: str, over: frozenset[str]) -> Iterator[dict[str, Any]]:
        """What is there again and again, until its state is one of these."""
        import time

        while True:
            found = self.get(path)
            yield found
            whole = found.get("operation") or found.get("rollout") or {}
            if whole.get("state") in over:
                return
            time.sleep(_PAUSE)

    def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        import httpx

        try:
            answer = self._http.request(method, path, **more)
        except httpx.HTTPError as error:
            raise HostUnreachableError(
                f"The panel {self.url} does not answer",
                str(error),
                "lectl works without it too: LECTL_PANEL_LOGIN=off lectl …, or 'lectl logout'.",
            ) from None
        if answer.is_success:
            found: dict[str, Any] = answer.json()
            return found
        raise _error(answer.status_code, answer.text)


def _error(status: int, text: str) -> LeadEngineError:
    import json

    try:
        said = json.loads(text)
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    kind = _CLASSES.get(status, LeadEngineError)
    what = said.get("what") or f"The panel answered with {status}"
    return kind(str(what), str(said.get("why", "")), str(said.get("hint", "")))
