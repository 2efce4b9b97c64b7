"""Talking to the panel: one connection that is kept, one signed request at a time.

The standard library alone: an idle agent has no room for more.
"""

import http.client
import json
import ssl
from functools import lru_cache
from typing import Any

from leadengine_agent.assertions import request_digest
from leadengine_agent.reporter.identity import Clock, Identity
from leadengine_agent.reporter.link import Link

_MOST = 16_000_000
"""Bytes of an answer: a task may carry a release's templates."""


class AwayError(Exception):
    """The panel cannot be talked to now. `retry_after`: seconds that it asked for."""

    def __init__(self, why: str, retry_after: float = 0.0) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class LockedError(Exception):
    """The panel does not know this credential, or has locked it."""


class MustRotateError(Exception):
    """The panel has counted the credential on, and its answer did not arrive."""


class InvalidError(Exception):
    """The panel does not accept what was sent, however often it is sent."""


class Panel:
    """The panel, for one thread."""

    def __init__(self, link: Link, identity: Identity, clock: Clock) -> None:
        self._link = link
        self._identity = identity
        self._clock = clock
        self._connection: http.client.HTTPConnection | None = None

    def call(self, path: str, body: dict[str, Any], timeout: float = 30.0) -> dict[str, Any]:
        """Post one object and return the answer.

        Raises:
            AwayError: no answer that counts. Whether the panel took the request is unknown.
            LockedError, MustRotateError, InvalidError: it refused.
        """
        content = json.dumps(body, ensure_ascii=False).encode()
        status, answer = self._exchange(path, content, timeout)
        if status == 401 and answer.get("problem") == "clock":
            # The answer brought the panel's time along: now it fits.
            status, answer = self._exchange(path, content, timeout)
        return _judged(status, answer)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, path: str, content: bytes, timeout: float) -> tuple[int, dict[str, Any]]:
        is_kept, sent = self._connection is not None, self._clock.host()
        try:
            response = self._post(path, content, timeout)
            status, text = response.status, response.read(_MOST)
            retry_after = response.getheader("Retry-After") or "0"
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            if is_kept and not isinstance(error, TimeoutError):
                # It may just have been closed at the other end meanwhile; all requests bear repeating.
                return self._exchange(path, content, timeout)
            raise AwayError(str(error) or type(error).__name__) from error
        answer = _read(status, text, retry_after)
        if isinstance(moment := answer.get("time"), int | float):
            self._clock.correct(moment, sent, self._clock.host())
        return status, answer

    def _post(self, path: str, content: bytes, timeout: float) -> http.client.HTTPResponse:
        now, request = self._clock.now(), request_digest("POST", path, content)
        assertion = self._identity.assertion(self._link.host, self._link.url, now, request)
        headers = {"Authorization": f"Bearer {assertion}", "Content-Type": "application/json"}
        connection = self._connected(timeout)
        connection.request("POST", self._link.prefix + path, content, headers)
        return connection.getresponse()

    def _connected(self, timeout: float) -> http.client.HTTPConnection:
        if self._connection is None:
            name, port, encrypted = self._link.address
            if encrypted:
                self._connection = http.client.HTTPSConnection(
                    name, port, timeout=timeout, context=_trusting(self._link.authority)
                )
            else:
                self._connection = http.client.HTTPConnection(name, port, timeout=timeout)
        self._connection.timeout = timeout
        if self._connection.sock is not None:
            self._connection.sock.settimeout(timeout)
        return self._connection


@lru_cache(maxsize=1)
def _trusting(authority: str) -> ssl.SSLContext:
    """Made once for all threads.

    The public authorities are looked up in their folder, each when a certificate names it: read all at
    once they take megabytes.
    """
    if authority:
        return ssl.create_default_context(cadata=authority)
    return ssl.create_default_context(capath=ssl.get_default_verify_paths().capath)


def _read(status: int, text: bytes, retry_after: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if status == 200 and not isinstance(answer, dict):
        raise AwayError("the panel's answer is not in our language")
    found: dict[str, Any] = answer if isinstance(answer, dict) else {}
    if status in {429, 503} and retry_after.isdigit():
        found["retry_after"] = float(retry_after)
    return found


def _judged(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    if status == 200:
        return answer
    problem = str(answer.get("problem", ""))
    if status == 403 and problem == "locked":
        raise LockedError(str(answer.get("why", "")))
    if status == 409 and problem == "rotate":
        raise MustRotateError
    if status in {400, 403, 413, 422}:
        raise InvalidError(f"{status} {problem}")
    raise AwayError(f"the panel answered {status} {problem}", answer.get("retry_after", 0.0))
