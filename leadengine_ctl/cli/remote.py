"""Commands that go through a panel: asked there, shown here as always."""

from typing import TYPE_CHECKING, Any

import typer

from leadengine_ctl.cli import terminal
from leadengine_ctl.errors import ExitCode, LeadEngineError, UsageError
from leadengine_ctl.fleet.records import EventRecord, OperationRecord

if TYPE_CHECKING:
    from leadengine_ctl.remote.client import PanelClient

_ENDED = frozenset({"done", "failed", "superseded"})


def panel() -> "PanelClient | None":
    """The panel that this machine works through; None: it works by itself."""
    import os

    if os.environ.get("LECTL_PANEL_LOGIN") == "off":
        return None
    from leadengine_ctl.remote.login import read_login
    from leadengine_ctl.settings import Settings

    login = read_login(Settings().data_folder)
    if login is None:
        return None
    from leadengine_ctl.remote.client import PanelClient

    return PanelClient(login)


def put_status(there: "PanelClient", client: str | None, *, as_json: bool) -> None:
    """How clients are, as the panel knows from their hosts' reports.

    Raises:
        Exit: with 3, when somebody is not green.
    """
    path = f"/clients/{client}" if client else "/clients"
    answer = there.get(path, sort=None if client else "client")
    found = [answer["client"]] if client else answer["clients"]
    if as_json:
        terminal.put_json({"kind": "result", "panel": there.url, "clients": found})
    else:
        tones = {"green": "good", "red": "bad", "unknown": "warn"}
        rows = [_status_row(each) for each in found]
        header = ("STATE", "CLIENT", "URL", "HOST", "RELEASE", "CHANNEL", "CERTIFICATE")
        terminal.put_table([header, *rows], ["", *(tones[each["health"]] for each in found)])
        for each in found:
            if each["why"]:
                terminal.say(f"{each['client']}: {each['why']}")
    if any(each["health"] != "green" for each in found):
        raise typer.Exit(ExitCode.PARTIAL)


def put_operations(there: "PanelClient", limit: int, *, as_json: bool) -> None:
    """The last operations."""
    from leadengine_ctl.cli import tables

    found = there.get("/operations", limit=limit)["operations"]
    if as_json:
        terminal.put_json({"kind": "result", "operations": found})
    else:
        tables.put_operations(tuple(_operation(each) for each in found))


def put_operation(there: "PanelClient", operation: str, *, as_json: bool) -> None:
    """An operation's story."""
    from leadengine_ctl.cli import tables

    found = there.get(f"/operations/{operation}")
    if as_json:
        terminal.put_json({"kind": "result", **found})
        return
    events = tuple(EventRecord.model_validate(each) for each in found["events"])
    tables.put_story(_operation(found["operation"]), events)


def follow_operation(there: "PanelClient", operation: str, *, as_json: bool) -> dict[str, Any]:
    """Show an operation while it happens; how it ended.

    Raises:
        LeadEngineError: it failed, in the panel's words.
    """
    from leadengine_ctl.cli.progress import open_progress
    from leadengine_ctl.operations.base import Happening

    told, last = 0, {}
    with open_progress(as_json=as_json) as progress:
        for found in there.follow(f"/operations/{operation}", _ENDED):
            last = found["operation"]
            for each in found["events"][told:]:
                progress(
                    Happening(
                        operation, each["step"], each["state"], each["detail"], each["seconds"]
                    )
                )
            told = len(found["events"])
    if last["state"] != "done":
        raise LeadEngineError(
            last["failure"] or f"The operation {operation} is {last['state']}",
            last["why"],
            last["hint"] or f"See 'lectl operations show {operation}'.",
        )
    return last


_ONLY_HERE = ("--on", "--dns", "--replace-dns", "--without-backup", "--prove-by", "--wildcard")
_DEPLOY = ("client", "domain", "email", "plan", "host", "release", "host_key")


def deployed(
    values: tuple[str | None, ...], only_here: tuple[object, ...], *, as_json: bool
) -> bool:
    """Deploy through the panel; False: this machine works through none.

    Raises:
        UsageError: a word was given that no panel takes.
    """
    there = panel()
    if there is not None:
        _refuse(dict(zip(_ONLY_HERE, only_here, strict=True)))
        deploy(there, dict(zip(_DEPLOY, values, strict=True)), as_json=as_json)
    return there is not None


def _refuse(given: dict[str, object]) -> None:
    # '--no-wildcard' is said, too, though it is False.
    said = {**given, "--wildcard": given["--wildcard"] is not None}
    names = [name for name, value in said.items() if value]
    if names:
        raise UsageError(
            f"A panel deploys without {', '.join(names)}",
            "This machine works through a panel, which neither rents servers nor changes DNS.",
            "Give it on a machine with the tokens and the store, or leave it out.",
        )


def deploy(there: "PanelClient", words: dict[str, Any], *, as_json: bool) -> None:
    """Deploy through the panel, and show the sign-in once."""
    asked = there.post("/deploys", {key: text for key, text in words.items() if text is not None})
    ended = follow_operation(there, asked["operation"], as_json=as_json)
    if as_json:
        terminal.put_json({"kind": "result", **ended})
        return
    shown = there.post(f"/operations/{ended['id']}/credentials")
    rule = "=" * 57
    admin = f"{shown['email']} / {shown['password']}" if shown["password"] else shown["email"]
    lines = (
        rule,
        f"  LeadEngine deployed for {ended['client']}",
        f"  URL: {shown['url']}",
        f"  Admin: {admin}",
        f"  Client ID: {shown['client_id']}",
        f"  Snippet: {shown['snippet']}",
        rule,
    )
    terminal.put("\n".join(lines))
    if shown["password"]:
        terminal.put("The password is shown this once; it is kept nowhere.")


def roll_back(there: "PanelClient", client: str, to: int | None, *, as_json: bool) -> None:
    """Roll back through the panel."""
    asked = there.post(f"/clients/{client}/rollback", {"to": to})
    ended = follow_operation(there, asked["operation"], as_json=as_json)
    if as_json:
        terminal.put_json({"kind": "result", **ended})
        return
    terminal.say(f"{client} is back at what it had before.", "good")


def put_logs(
    there: "PanelClient", client: str, service: str | None, lines: int, *, as_json: bool
) -> None:
    """A client's logs."""
    found = there.get(f"/clients/{client}/logs", service=service, lines=lines)["lines"]
    if as_json:
        terminal.put_json({"kind": "result", "lines": found})
        return
    for line in found:
        terminal.put(line)


def _status_row(each: dict[str, Any]) -> tuple[str, ...]:
    days = each["certificate_days"]
    return (
        each["health"],
        each["client"],
        f"https://{each['domain']}",
        each["host"],
        each["release"] or "-",
        each["channel"],
        "-" if days is None else f"{days:.0f} days",
    )


def _operation(each: dict[str, Any]) -> OperationRecord:
    values = {key: value for key, value in each.items() if key not in {"why", "hint"}}
    state = "running" if each["state"] == "waiting" else each["state"]
    failure = each["failure"] or None
    return OperationRecord.model_validate(
        {**values, "params": "{}", "state": state, "failure": failure}
    )
