"""How a rollout tells how it goes: JSON lines, plain lines, or a live table on a terminal."""

from typing import TYPE_CHECKING, Any, Self

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.rollout_tables import TONES, count_of
from leadengine_ctl.fleet.records import TargetRecord, TargetState
from leadengine_ctl.operations.rollouts.crew import News

if TYPE_CHECKING:
    from rich.console import RenderableType

_ROWS = 20
"""Clients in the live table: what is under way, and above it what ended last."""

_HEADER = ("STATE", "WAVE", "CLIENT", "HOST", "FROM", "TO", "SECONDS", "NOW")
_QUIET = (TargetState.WAITING, TargetState.RUNNING)
_STYLES = {"good": "green", "bad": "red", "warn": "yellow"}


class JsonRollout:
    """Every piece of news as one JSON object."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        return

    def __call__(self, news: News) -> None:
        about = {"rollout": news.rollout, "wave": news.wave}
        if news.target is None:
            terminal.put_json({"kind": "rollout", **about, "sentence": news.sentence})
        elif not news.step:
            terminal.put_json({"kind": "target", **news.target.model_dump(mode="json")})


class LineRollout:
    """A line for each client that got somewhere, and for each wave."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        return

    def __call__(self, news: News) -> None:
        if news.target is None:
            terminal.say(news.sentence)
        elif not news.step and news.target.state not in _QUIET:
            terminal.say(f"  {line_of(news.target)}", TONES.get(news.target.state, ""))


class LiveRollout(LineRollout):
    """A table of what is under way, below the sentences."""

    def __init__(self, rollout: str, targets: tuple[TargetRecord, ...]) -> None:
        self._rollout = rollout
        self._targets = {each.number: each for each in targets}
        self._steps: dict[int, str] = {}
        self._seen: dict[int, None] = {}

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.live import Live

        console = Console(stderr=True)
        self._live: Any = Live(console=console, get_renderable=self._table, transient=True)
        self._live.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._live.stop()

    def __call__(self, news: News) -> None:
        if news.target is None:
            terminal.say(news.sentence)
            return
        number = news.target.number
        self._seen.pop(number, None)
        self._seen[number] = None
        if news.step:
            self._steps[number] = news.step
        else:
            self._targets[number] = news.target

    def _table(self) -> "RenderableType":
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        shown = [self._targets[number] for number in list(self._seen)[-_ROWS:]]
        rows = [_HEADER, *(self._row(each) for each in shown)]
        table = Table(box=None, pad_edge=False, header_style="bold")
        for at, name in enumerate(_HEADER[:-1]):
            table.add_column(name, no_wrap=True, min_width=max(len(row[at]) for row in rows))
        table.add_column(_HEADER[-1], no_wrap=True)
        for each, row in zip(shown, rows[1:], strict=True):
            style = _STYLES.get(TONES.get(each.state, ""), "")
            table.add_row(*(Text(terminal.plain(cell)) for cell in row), style=style)
        counts = count_of(tuple(self._targets.values()))
        return Group(Text(f"Rollout {self._rollout}: {counts}"), table)

    def _row(self, each: TargetRecord) -> tuple[str, ...]:
        running = each.state is TargetState.RUNNING
        now = self._steps.get(each.number, "") if running else each.reason
        seconds = f"{each.seconds:.1f}" if each.seconds else ""
        wave = str(each.wave)
        return each.state.value, wave, each.client, each.host, each.current, each.to, seconds, now


def line_of(each: TargetRecord) -> str:
    """A client in one line."""
    way = f"{each.current} -> {each.to}" if each.path else f"configuration, {each.current}"
    asked = f", {each.requests} requests, {each.failed} failed" if each.requests else ""
    why = f"  {each.reason}" if each.reason else ""
    return f"{each.state.value:<11}  {each.client:<16}  {way}  {each.seconds:.1f} s{asked}{why}"


def open_rollout_progress(
    rollout: str, targets: tuple[TargetRecord, ...], *, as_json: bool
) -> JsonRollout | LineRollout:
    """The progress that suits where it is shown."""
    if as_json:
        return JsonRollout()
    return LiveRollout(rollout, targets) if terminal.is_interactive() else LineRollout()
