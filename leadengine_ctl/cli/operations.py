"""lectl operations list | show | resume"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

app = typer.Typer(no_args_is_help=True, help="What was done, by whom, and what is unfinished.")

Operation = Annotated[str, typer.Argument(help="The operation's id, as 'operations list' shows.")]


@app.command("list", help=f"List the last operations, newest first.\n\n{options.exit_codes()}")
def list_operations(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import remote

    if there := remote.panel():
        remote.put_operations(there, limit, as_json=as_json)
        return
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tables import put_operations

    found = open_session(as_json=as_json).world.store.operations.recent(limit)
    if as_json:
        operations = [each.model_dump(mode="json") for each in found]
        terminal.put_json({"kind": "result", "operations": operations})
    else:
        put_operations(found)


@app.command(help=f"Tell an operation's story.\n\n{options.exit_codes('10 not found')}")
def show(operation: Operation, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli import remote

    if there := remote.panel():
        remote.put_operation(there, operation, as_json=as_json)
        return
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tables import put_story

    operations = open_session(as_json=as_json).world.store.operations
    record, events = operations.get(operation), operations.events(operation)
    if as_json:
        story = [each.model_dump(mode="json") for each in events]
        result = {"kind": "result", "operation": record.model_dump(mode="json"), "events": story}
        terminal.put_json(result)
    else:
        put_story(record, events)


RESUME = f"""Go on with an operation whose process has died.

{options.exit_codes("10 not found", "11 locked", "12 it has ended")}"""


@app.command(help=RESUME)
def resume(operation: Operation, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli import remote

    if there := remote.panel():
        asked = there.post(f"/operations/{operation}/resume")
        remote.follow_operation(there, asked["operation"], as_json=as_json)
        return
    from leadengine_ctl.cli.deploying import deploy_and_show
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.deploy import Deploy
    from leadengine_ctl.operations.resume import verb_of

    session = open_session(as_json=as_json)
    verb = verb_of(session.world.store.operations.get(operation))
    if isinstance(verb, Deploy):
        deploy_and_show(session, verb.request)
    else:
        session.run(verb)
