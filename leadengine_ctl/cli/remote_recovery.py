"""Recovery points, settings and the end of clients through a panel: asked there, shown here as always."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.asking import confirm, have_name_typed
from leadengine_ctl.cli.remote import follow_operation, panel
from leadengine_ctl.cli.remote_rollouts import follow_rollout
from leadengine_ctl.errors import ExitCode, LeadEngineError, UsageError

if TYPE_CHECKING:
    from leadengine_agent.protocol import Point
    from leadengine_ctl.remote.client import PanelClient

_EVERYBODY = 10_000
"""Clients that one question to the panel answers at most."""


def back_up(there: "PanelClient", names: Sequence[str], *, as_json: bool) -> None:
    """Take a recovery point of each client; none named: of all that the person may see.

    Raises:
        Exit: with 3, when some are not done.
    """

    def tell(client: str) -> None:
        newest = next(iter(_points(there, client)), None)
        if as_json:
            point = newest.model_dump(mode="json") if newest else None
            terminal.put_json({"kind": "result", "client": client, "point": point})
        elif newest:
            terminal.put(newest.id)
            terminal.say(f"{client} has the recovery point {newest.id}.", "good")

    _each(there, names, "backup", {}, tell, as_json=as_json)


def verify(there: "PanelClient", names: Sequence[str], point: str | None, *, as_json: bool) -> None:
    """Prove points of each client; none named: of all that the person may see.

    Raises:
        Exit: with 3, when some are not proven.
    """

    def tell(client: str) -> None:
        if as_json:
            terminal.put_json({"kind": "result", "client": client, "proven": True})
        else:
            terminal.say(f"What was restored of {client} is equal to its manifest.", "good")

    _each(there, names, "verify", {"point": point}, tell, as_json=as_json)


def put_points(there: "PanelClient", client: str, *, as_json: bool) -> None:
    """A client's recovery points, newest first."""
    from leadengine_ctl.cli.backup_tables import put_table

    found = _points(there, client)
    if as_json:
        points = [each.model_dump(mode="json") for each in found]
        terminal.put_json({"kind": "result", "client": client, "points": points})
    else:
        put_table(found, client)


def restored(
    client: str, choice: dict[str, Any], more: Mapping[str, object], *, ask: bool, as_json: bool
) -> bool:
    """Restore through the panel; False: this machine works through none. `more`: what no panel can do."""
    there = panel()
    if there is not None:
        options = {"as_name": "as", "target": "from"}
        refuse_words(**{options.get(name, name): value for name, value in more.items()})
        restore(there, client, choice, ask=ask, as_json=as_json)
    return there is not None


def destroyed(
    client: str, answer: str | None, refused: Mapping[str, object], *, as_json: bool
) -> bool:
    """End a client through the panel; False: this machine works through none."""
    there = panel()
    if there is not None:
        refuse_words(**refused)
        destroy(there, client, answer, as_json=as_json)
    return there is not None


def configured(what: Sequence[str], refused: Mapping[str, object], *, as_json: bool) -> bool:
    """Set through the panel what the words say; False: this machine works through none."""
    there = panel()
    if there is not None:
        from leadengine_ctl.operations.configuring import split_words

        refuse_words(**refused)
        settings, names = split_words(what)
        configure(there, names, settings, as_json=as_json)
    return there is not None


def restore(
    there: "PanelClient", client: str, choice: dict[str, Any], *, ask: bool, as_json: bool
) -> None:
    """Go back to a point: plan, question, follow.

    Raises:
        NotAllowedError: it was not confirmed.
    """
    from leadengine_ctl.cli.texts import plan_text
    from leadengine_ctl.planning.plan import Plan, Step

    found = there.post(f"/clients/{client}/restore/plan", choice)
    steps = tuple(Step(**each) for each in found["steps"])
    terminal.say(plan_text(Plan(found["title"], steps, tuple(found["notes"]))))
    if ask:
        confirm(f"Restore {client}?", f"{client} was not restored")
    if found["point"] and not choice["undo"]:
        # What was agreed to is what is done, also when a newer point comes in between.
        choice = {**choice, "point": found["point"]}
    asked = there.post(f"/clients/{client}/restore", {**choice, "confirm": client})
    _follow(there, asked, f"{client} is back at {found['point']}.", as_json=as_json)


def destroy(there: "PanelClient", client: str, answer: str | None, *, as_json: bool) -> None:
    """End a client; the panel may want a second person, and its host a signature.

    Raises:
        NotAllowedError: the name was not typed right.
    """
    there.get(f"/clients/{client}")
    if answer is None:
        terminal.say(f"The stack of {client} and all of its data will be removed.")
    have_name_typed(client, answer, "destroy", f"{client} was not destroyed")
    asked = there.post(f"/clients/{client}/destroy", {"confirm": client})
    _follow(there, asked, f"{client} is no more.", as_json=as_json)


def configure(
    there: "PanelClient", names: Sequence[str], settings: dict[str, str], *, as_json: bool
) -> None:
    """Set what is set for each client named; what reaches a stack is a rollout of its own.

    Raises:
        UsageError: nobody is named.
        Exit: with 3, when it did not reach a stack.
    """
    if not names or not settings:
        raise UsageError(
            "Through a panel, settings are for clients that are named",
            "Changes of all in waves are made where the store is.",
            "Write it as in: lectl config set hold='their fair is on' acme",
        )
    for client in names:
        asked = there.post(f"/clients/{client}/settings", {"settings": settings})
        if asked["rollout"]:
            follow_rollout(there, asked["rollout"], as_json=as_json)
        elif as_json:
            terminal.put_json({"kind": "result", "clients": [client], "set": settings})
        else:
            terminal.say(f"{', '.join(settings)} is set for {client}.", "good")


def config_of(there: "PanelClient", client: str) -> dict[str, dict[str, str]]:
    """What is set for a client."""
    found: dict[str, dict[str, str]] = there.get(f"/clients/{client}")["config"]
    return found


def refuse_words(**words: object) -> None:
    """Some words need what no panel has: a stick, another host, the store.

    Raises:
        UsageError: one of them was given; by their names as options.
    """
    given = [f"--{name.replace('_', '-')}" for name, value in words.items() if value]
    if given:
        raise UsageError(
            f"{given[0]} does not go through a panel",
            "It needs the store or a key, which are elsewhere.",
            "Run it where the store is, with LECTL_PANEL_LOGIN=off.",
        )


def _each(
    there: "PanelClient",
    names: Sequence[str],
    verb: str,
    body: dict[str, Any],
    tell: Callable[[str], None],
    *,
    as_json: bool,
) -> None:
    """Have a verb done at each client; one that fails holds up nobody."""
    chosen, failed = list(names) or _everybody(there), 0
    for client in chosen:
        try:
            asked = there.post(f"/clients/{client}/{verb}", body)
            follow_operation(there, asked["operation"], as_json=as_json)
            tell(client)
        except LeadEngineError as error:
            if len(chosen) == 1:
                raise
            failed += 1
            terminal.say(f"{client}: {error.what}. {error.why}", "bad")
    if failed:
        terminal.say(f"{failed} of {len(chosen)} are not done.", "bad")
        raise typer.Exit(ExitCode.PARTIAL)


def _follow(there: "PanelClient", asked: dict[str, Any], done: str, *, as_json: bool) -> None:
    if asked["approval"]:
        if as_json:
            terminal.put_json({"kind": "result", "approval": asked["approval"]})
        terminal.say("Asked for. Somebody else of the team has to agree, within a day.", "warn")
        return
    ended = follow_operation(there, asked["operation"], as_json=as_json)
    if as_json:
        terminal.put_json({"kind": "result", **ended})
    else:
        terminal.say(done, "good")


def _everybody(there: "PanelClient") -> list[str]:
    found = there.get("/clients", sort="client", limit=_EVERYBODY)["clients"]
    return [str(each["client"]) for each in found]


def _points(there: "PanelClient", client: str) -> "tuple[Point, ...]":
    from leadengine_agent.protocol import Point

    found = there.get(f"/clients/{client}/points")["points"]
    return tuple(Point.model_validate(each) for each in found)
