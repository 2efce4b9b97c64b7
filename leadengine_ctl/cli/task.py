"""lectl task list | sign | cancel"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal
from leadengine_ctl.cli.asking import confirm

app = typer.Typer(no_args_is_help=True, help="The tasks that agents fetch from the panel.")

Task = Annotated[str, typer.Argument(help="The task's id, as 'task list' shows.")]


@app.command("list", help=f"List the last tasks, newest first.\n\n{options.exit_codes()}")
def list_tasks(as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.agent_tables import put_tasks
    from leadengine_ctl.cli.session import open_session

    found = open_session(as_json=as_json).world.store.queue.all()
    if as_json:
        tasks = [each.model_dump(mode="json", exclude={"signature"}) for each in found]
        terminal.put_json({"kind": "result", "tasks": tasks})
    else:
        put_tasks(found)


SIGN = f"""Sign a task with your operator key, so that its host carries it out within the hour.

Hosts do what destroys, and what changes where a client's data goes, only with such a signature. The key
is made at the first 'lectl agent enrol'; keep it where no panel runs.

{options.exit_codes("10 not found", "12 it waits for no signature")}"""


@app.command(help=SIGN)
def sign(task: Task, yes: options.Yes = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.agents import sign_task

    world = open_session().world
    queued = world.store.queue.get(task)
    terminal.say(
        f"{queued.verb} of {queued.client or 'the host'} on {queued.host}, for {queued.actor}"
    )
    if not yes:
        confirm("Sign it?", f"{task} was not signed")
    sign_task(world, task)
    terminal.say(f"{task} is signed; {queued.host} carries it out when it comes for it.", "good")


CANCEL = f"""Withdraw a task that its agent has not fetched yet.

{options.exit_codes("10 not found", "12 its agent has it already")}"""


@app.command(help=CANCEL)
def cancel(task: Task) -> None:
    import time

    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.errors import NotAllowedError

    queue = open_session().world.store.queue
    queued = queue.get(task)
    if not queue.cancel(task, time.time()):
        raise NotAllowedError(
            f"{task} cannot be withdrawn",
            f"It is {queued.state.value}: its agent has it, or it is over.",
            "See 'lectl task list'.",
        )
    terminal.say(f"{task} is withdrawn.", "good")
