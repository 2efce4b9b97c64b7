"""The rhythm of reports: look at the host, put it into the spool, bring to the panel what waits.

One sentence for each turn goes to the log when it differs from the one before.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from leadengine_agent import __version__
from leadengine_agent.reporter.backoff import Backoff, spread
from leadengine_agent.reporter.executor import ExecutorDoor, NoAnswerError
from leadengine_agent.reporter.identity import Clock, Identity
from leadengine_agent.reporter.link import Link, forget_token, read_link, read_token
from leadengine_agent.reporter.panel import (
    AwayError,
    InvalidError,
    LockedError,
    MustRotateError,
    Panel,
)
from leadengine_agent.reporter.spool import Chunk, Spool

_INTERVAL = 30.0
_USAGE_EVERY = 900.0
_LOCKED_PAUSE = 60.0
"""Seconds between two looks whether a person has enrolled the host anew."""


class Reporting:
    """One thread's work. Without dataclasses, as all of the reporter: they bring a megabyte along.

    Args:
        folder: key, link and spool.
        stopped: true when the turn at hand is to be the last.
    """

    def __init__(
        self,
        folder: Path,
        executor: ExecutorDoor,
        identity: Identity,
        clock: Clock,
        spool: Spool,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.folder = folder
        self.executor = executor
        self.identity = identity
        self.clock = clock
        self.spool = spool
        self.stopped = stopped
        self.interval = _INTERVAL
        self.backoff = Backoff()
        self._panel: Panel | None = None
        self._link: Link | None = None
        self._said = ""
        self._usage_at = 0.0
        self._careful = False

    def turn(self) -> float:
        """Look, and report; the seconds until the next turn."""
        heartbeat = self._look()
        try:
            panel = self._connected()
            if panel is None:
                return self._say("this host is connected to no panel", self.interval)
            self._rotate(panel)
            self._deliver(panel, heartbeat)
        except AwayError as error:
            return self._say(f"the panel is away: {error}", self.backoff.pause(error.retry_after))
        except LockedError as error:
            return self._say(
                f"the panel has locked this agent ({error}); enrol the host anew", _LOCKED_PAUSE
            )
        except MustRotateError:
            # The next turn asks for the answer that was lost.
            self.identity.rotation()
            return self._say("the credential is to be rotated", 0.5)
        self.backoff.good()
        return self._say("reported", spread(self.interval))

    def _look(self) -> dict[str, Any] | None:
        """How the host is, into the spool; None when the executor does not answer.

        What it does not say is not made up: without it the report has no heartbeat.
        """
        order: dict[str, Any] = {
            "verb": "vitals",
            "usage": not 0 <= time.time() - self._usage_at <= _USAGE_EVERY,
        }
        order["journal"], order["after"] = self.spool.cursor
        try:
            outcome = self.executor.ask(f"vitals-{time.time_ns()}", order)
        except NoAnswerError as error:
            self._say(f"the executor does not answer: {error}", 0)
            return None
        if outcome.get("failure"):
            self._say(f"the executor could not look: {outcome['failure'].get('why')}", 0)
            return None
        result = outcome["result"]
        self.spool.take(result["events"], result["usage"], (result["journal"], result["last"]))
        heartbeat: dict[str, Any] = result["heartbeat"]
        self.spool.look(
            well=all(stack["healthy"] for stack in heartbeat["stacks"]),
            disk_free=heartbeat["disk_free"],
            memory_free=heartbeat["memory_free"],
            at=time.time(),
        )
        if order["usage"]:
            self._usage_at = time.time()
        return heartbeat

    def _connected(self) -> Panel | None:
        """The panel, enrolled with if a token waits; None when there is none to talk to."""
        link = read_link(self.folder)
        if link != self._link:
            self.close()
            self._link = link
        if link is None:
            return None
        if self._panel is None:
            self._panel = Panel(link, self.identity, self.clock)
        if token := read_token(self.folder):
            self._enrol(self._panel, link, token)
        return self._panel if self.identity.exists else None

    def _enrol(self, panel: Panel, link: Link, token: str) -> None:
        used = self.folder / "token-used"
        # A new key for a new token; the same token again means that its answer was lost.
        if not self.identity.has_key or not used.exists() or used.read_text() != token:
            self.identity.renew()
            used.write_text(token)
        body = {
            "token": token,
            "host": link.host,
            "public_key": self.identity.public_key,
            "version": __version__,
        }
        try:
            answer = panel.call("/agent/v1/enrol", body)
        except (LockedError, InvalidError) as error:
            forget_token(self.folder)
            raise LockedError(f"the enrolment token is not good: {error}") from error
        self.identity.begin(int(answer["counter"]))
        forget_token(self.folder)
        used.unlink()

    def _rotate(self, panel: Panel) -> None:
        if not self.identity.is_rotation_due:
            return
        body = {"counter": self.identity.counter, "rotation": self.identity.rotation()}
        answer = panel.call("/agent/v1/rotate", body)
        self.identity.begin(int(answer["counter"]))

    def _deliver(self, panel: Panel, heartbeat: dict[str, Any] | None) -> None:
        while True:
            chunk = self.spool.chunk(1) if self._careful else self.spool.chunk()
            try:
                answer = panel.call("/agent/v1/report", self._report(chunk, heartbeat))
            except InvalidError as error:
                self._be_careful(chunk, error)
                heartbeat = None
                continue
            self.spool.done(chunk, int(answer["acknowledged"]))
            self.interval = float(answer.get("interval", self.interval))
            heartbeat = None
            if self.spool.waiting == 0:
                self._careful = False
                return
            if self.stopped():
                return

    def _report(self, chunk: Chunk, heartbeat: dict[str, Any] | None) -> dict[str, Any]:
        return {
            "boot": self.spool.boot,
            "number": chunk.number,
            "sent_at": time.time(),
            "heartbeat": heartbeat,
            "events": chunk.events,
            "health": chunk.health,
            "usage": chunk.usage,
        }

    def _be_careful(self, chunk: Chunk, error: InvalidError) -> None:
        """Go on one event at a time, and put into other words the one that is not accepted."""
        if self._careful and not chunk.events:
            raise AwayError(f"the panel does not understand this agent: {error}") from error
        if self._careful:
            self._say(f"the panel does not accept event {chunk.last}: {error}", 0)
            self.spool.blur(chunk.last)
        self._careful = True

    def _say(self, sentence: str, pause: float) -> float:
        if sentence != self._said:
            sys.stderr.write(f"reporter: {sentence}\n")
            self._said = sentence
        return pause

    def close(self) -> None:
        if self._panel is not None:
            self._panel.close()
            self._panel = None
