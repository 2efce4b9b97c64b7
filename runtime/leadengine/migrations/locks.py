"""Getting a lock without making the visitors wait, and saying who holds it."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psycopg
from sqlalchemy.exc import DBAPIError

from leadengine.migrations.revisions import MigrationError

# Behind a waiting ALTER TABLE every query waits too: no visitor is to notice.
LOCK_TIMEOUT = "700ms"
PATIENCE_SECONDS = 60.0

_LONGEST_PAUSE_SECONDS = 5.0
_LOOK_EVERY_SECONDS = 0.2
_IN_THE_WAY = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)
_HOLDER = """
SELECT a.pid, a.application_name, extract(epoch FROM clock_timestamp() - a.query_start)::int
FROM unnest(pg_blocking_pids(%s)) AS holder (pid) JOIN pg_stat_activity a USING (pid) LIMIT 1
"""


class LockWatch:
    """While it is entered, notes who holds what the session `pid` waits for."""

    def __init__(self, url: str) -> None:
        self.holder = "another session"
        self._url = url
        self._pid = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def follow(self, pid: int) -> None:
        """Watch this session from now on."""
        self._pid = pid

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        try:
            with psycopg.connect(self._url, autocommit=True, connect_timeout=10) as connection:
                while not self._over.wait(_LOOK_EVERY_SECONDS):
                    row = connection.execute(_HOLDER, (self._pid,)).fetchone()
                    if row is not None:
                        self.holder = (
                            f"process {row[0]} ({row[1] or 'unnamed'}, busy for {row[2]} s)"
                        )
        except psycopg.Error:
            # The migration itself meets the same trouble and reports it.
            return


def patiently(attempt: Callable[[], None], watch: LockWatch) -> None:
    """Repeat what fails for want of a lock, with growing pauses, for about a minute.

    Raises:
        MigrationError: the lock was not to be had.
    """
    deadline, pause = time.monotonic() + PATIENCE_SECONDS, 0.5
    while True:
        try:
            return attempt()
        except DBAPIError as error:
            if not isinstance(error.orig, _IN_THE_WAY):
                raise
        if time.monotonic() + pause > deadline:
            message = (
                f"{watch.holder} holds a lock that is needed, and did not let go of it within"
                f" {PATIENCE_SECONDS:.0f} s. Nothing was changed; end that process or wait for it,"
                " then try again"
            )
            raise MigrationError(message)
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
