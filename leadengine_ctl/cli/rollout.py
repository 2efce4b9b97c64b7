"""lectl rollout list | show | pause | resume | abort"""

from typing import TYPE_CHECKING, Annotated

import typer

from leadengine_ctl.cli import options, terminal

if TYPE_CHECKING:
    from leadengine_ctl.fleet.records import Word

app = typer.Typer(no_args_is_help=True, help="Updates and changes of many clients, in waves.")


def complete_rollouts(incomplete: str) -> list[str]:
    """Ids of rollouts, for the shell's completion."""
    from leadengine_ctl.cli.session import open_session

    found = open_session().world.store.rollouts.recent(50)
    return [each.id for each in found if each.id.startswith(incomplete)]


Rollout = Annotated[
    str,
    typer.Argument(
        help="The rollout's id, as 'rollout list' shows.", autocompletion=complete_rollouts
    ),
]


@app.command("list", help=f"List the last rollouts, newest first.\n\n{options.exit_codes()}")
def list_rollouts(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import remote, remote_rollouts

    if there := remote.panel():
        remote_rollouts.put_rollouts(there, limit, as_json=as_json)
        return
    from leadengine_ctl.cli.rollout_tables import count_of, put_rollouts
    from leadengine_ctl.cli.session import open_session

    rollouts = open_session(as_json=as_json).world.store.rollouts
    found = rollouts.recent(limit)
    if as_json:
        records = [each.model_dump(mode="json") for each in found]
        terminal.put_json({"kind": "result", "rollouts": records})
    else:
        put_rollouts(found, {each.id: count_of(rollouts.targets(each.id)) for each in found})


SHOW = f"""Show how far each client of a rollout is, and why it is not further.

\b
Examples:
  lectl rollout show 20260101-120000-abcdef

{options.exit_codes("10 not found")}"""


@app.command(help=SHOW)
def show(rollout: Rollout, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli import remote, remote_rollouts

    if there := remote.panel():
        remote_rollouts.put_rollout(there, rollout, as_json=as_json)
        return
    from leadengine_ctl.cli.rollout_tables import put_rollout
    from leadengine_ctl.cli.session import open_session

    rollouts = open_session(as_json=as_json).world.store.rollouts
    put_rollout(rollouts.get(rollout), rollouts.targets(rollout), as_json=as_json)


PAUSE = f"""Let a rollout stop after the clients that are under way, until it is resumed.

It does not matter where it runs.

{options.exit_codes("10 not found", "12 it has ended")}"""


@app.command(help=PAUSE)
def pause(rollout: Rollout) -> None:
    from leadengine_ctl.fleet.records import Word

    _leave(rollout, Word.PAUSE, "will pause after the clients that are under way")


ABORT = f"""End a rollout after the clients that are under way. What is updated stays so.

{options.exit_codes("10 not found", "12 it has ended")}"""


@app.command(help=ABORT)
def abort(rollout: Rollout) -> None:
    from leadengine_ctl.fleet.records import Word

    _leave(rollout, Word.ABORT, "will end after the clients that are under way")


RESUME = f"""Go on with a rollout: paused, without its process, or with clients that were not reached.

{options.exit_codes("3 some are not done", "10 not found", "11 it runs elsewhere", "12 it has ended")}"""


@app.command(help=RESUME)
def resume(rollout: Rollout, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli import remote, remote_rollouts

    if there := remote.panel():
        remote_rollouts.tell_rollout(there, rollout, "resume")
        remote_rollouts.follow_rollout(there, rollout, as_json=as_json)
        return
    from leadengine_ctl.cli.rolling import follow
    from leadengine_ctl.cli.session import open_session

    follow(open_session(as_json=as_json), rollout)


def _leave(rollout: str, word: "Word", promise: str) -> None:
    from leadengine_ctl.cli import remote, remote_rollouts

    if there := remote.panel():
        remote_rollouts.tell_rollout(there, rollout, word.value)
        return
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.fleet.records import RolloutState
    from leadengine_ctl.operations.rollouts.words import leave_word

    record = leave_word(open_session().world, rollout, word)
    if record.state is RolloutState.RUNNING:
        terminal.say(f"The rollout {rollout} {promise}.")
    else:
        terminal.say(f"The rollout {rollout} is {record.state}.", "good")
