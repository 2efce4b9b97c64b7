"""How an operation tells what it does: JSON lines, plain lines, or a live line on a terminal."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Self

from leadengine_ctl.cli import terminal
from leadengine_ctl.hosts.base import Progress
from leadengine_ctl.operations.base import Happening

_MARKS = {"done": ("ok", "good"), "unchanged": ("same", ""), "failed": ("failed", "bad")}


class JsonProgress:
    """Every event as one JSON object."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        return

    def __call__(self, event: Happening) -> None:
        terminal.put_json({"kind": "event", **asdict(event)})


class LineProgress:
    """A line for each step that ended; parts of a step are shown when they changed something."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        return

    def __call__(self, event: Happening) -> None:
        for line in event.wanted:
            terminal.say(line)
        if event.state in _MARKS and ("/" not in event.step or event.state == "failed"):
            show_end(event)


class LiveProgress(LineProgress):
    """The same lines, and below them what is going on right now, with a bar for bytes."""

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[bytes]}", markup=False),
            TimeElapsedColumn(),
        )
        self._live = Bars(*columns, console=Console(stderr=True), transient=True)
        self._task: Any = self._live.add_task("", total=None, bytes="")
        self._meter = Meter()
        self._live.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._live.stop()

    def __call__(self, event: Happening) -> None:
        if event.state == "started":
            words = terminal.plain(" ".join((event.step, event.detail)).strip())
            self._live.update(
                self._task,
                description=words,
                completed=event.done,
                total=event.total or None,
                bytes=self._meter.text(event),
            )
        super().__call__(event)


class Meter:
    """Says how many bytes of how many have gone, and how fast, in the step that is under way."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._step = ""
        self._began = 0.0
        self._first = 0

    def text(self, event: Happening) -> str:
        """Empty where nothing is to be counted."""
        if not event.done and not event.total:
            return ""
        now = self._clock()
        if event.step != self._step or event.done < self._first:
            self._step, self._began, self._first = event.step, now, event.done
        seconds = now - self._began
        rate = f", {size((event.done - self._first) / seconds)}/s" if seconds > 0.5 else ""
        of = f" of {size(event.total)}" if event.total >= event.done else ""
        return f"{size(event.done)}{of}{rate}"


def size(count: float) -> str:
    """Bytes as people say them: `812 kB`, `1.4 GB`."""
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= limit:
            return f"{count / limit:.1f} {unit}"
    return f"{count:.0f} B"


def show_end(event: Happening) -> None:
    """One line on a step that ended."""
    mark, tone = _MARKS[event.state]
    seconds = "" if event.seconds is None else f"{event.seconds:6.1f} s"
    terminal.say(f"  {mark:<6}  {event.step:<12}  {seconds:>8}  {event.detail}".rstrip(), tone)


def say_progress(progress: Progress) -> None:
    """One line on a part of preparing a host, once it ended."""
    if progress.state in _MARKS:
        show_end(Happening("", progress.step, progress.state, progress.detail))


def open_progress(*, as_json: bool) -> JsonProgress | LineProgress:
    """The progress that suits where it is shown."""
    if as_json:
        return JsonProgress()
    return LiveProgress() if terminal.is_interactive() else LineProgress()
