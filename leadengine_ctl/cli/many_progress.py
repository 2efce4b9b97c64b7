"""How a verb for many clients tells how it goes: JSON lines, plain lines, or a live table."""

import threading
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.progress import Meter
from leadengine_ctl.operations.backups.many import Ended, Told

if TYPE_CHECKING:
    from rich.console import RenderableType

_ROWS = 20


class JsonMany:
    """Every event as one JSON object, with its client."""

    def __init__(self) -> None:
        self._telling = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        return

    def __call__(self, told: Told) -> None:
        if told.happening is not None:
            with self._telling:
                event = {"kind": "event", "client": told.client, **asdict(told.happening)}
                terminal.put_json(event)


class LineMany:
    """A line for each client when it is over."""

    def __init__(self) -> None:
        self._telling = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        return

    def __call__(self, told: Told) -> None:
        if told.ended is not None:
            with self._telling:
                _say_end(told.ended)


class LiveMany(LineMany):
    """The same lines, and below them a row for each client under way, with bytes and rate."""

    def __init__(self, clients: Sequence[str]) -> None:
        super().__init__()
        self._left = len(clients)
        self._now: dict[str, tuple[str, str]] = {}
        self._meters = {name: Meter() for name in clients}

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.live import Live

        console = Console(stderr=True)
        self._live: Any = Live(console=console, get_renderable=self._table, transient=True)
        self._live.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._live.stop()

    def __call__(self, told: Told) -> None:
        super().__call__(told)
        if told.ended is not None:
            self._left -= 1
            self._now.pop(told.client, None)
        elif told.happening is not None and told.happening.state == "started":
            event = told.happening
            words = " ".join((event.step, event.detail)).strip()
            self._now[told.client] = (words, self._meters[told.client].text(event))

    def _table(self) -> "RenderableType":
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, show_header=False)
        for _ in range(3):
            table.add_column(no_wrap=True)
        for name, (words, counted) in list(self._now.items())[:_ROWS]:
            table.add_row(*(Text(terminal.plain(cell)) for cell in (name, words, counted)))
        return Group(Text(f"{self._left} to go"), table)


def _say_end(ended: Ended) -> None:
    if ended.error is None:
        terminal.say(f"  ok      {ended.client}", "good")
    else:
        terminal.say(f"  failed  {ended.client}  {ended.error.what}", "bad")


def open_many_progress(clients: Sequence[str], *, as_json: bool) -> JsonMany | LineMany:
    """The progress that suits where it is shown."""
    if as_json:
        return JsonMany()
    return LiveMany(clients) if terminal.is_interactive() else LineMany()
