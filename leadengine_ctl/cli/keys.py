"""lectl keys rotate | retire"""

import typer

from leadengine_ctl.cli import options, terminal

app = typer.Typer(no_args_is_help=True, help="The keys that seal secrets in the store.")

ROTATE = f"""Put a new key on top, and seal every secret of the store with it.

The former keys stay until 'keys retire': a panel elsewhere may have sealed something a moment ago. Every
machine that uses this store needs the new key file.

{options.exit_codes()}"""


@app.command(help=ROTATE)
def rotate(as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.sealing import rotate_keys

    keys, secrets = rotate_keys(open_session(as_json=as_json).world)
    if as_json:
        terminal.put_json({"kind": "result", "keys": keys, "secrets": secrets})
        return
    terminal.say(f"{secrets} secrets are sealed with a new key; the ring has {keys}.", "good")
    terminal.say("When every machine has the new file: lectl keys retire")


RETIRE = f"""Forget all keys but the newest, once no secret needs them.

{options.exit_codes("12 a secret still needs an older key")}"""


@app.command(help=RETIRE)
def retire(as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.sealing import retire_keys

    gone = retire_keys(open_session(as_json=as_json).world)
    if as_json:
        terminal.put_json({"kind": "result", "retired": gone})
        return
    terminal.say(f"{gone} former keys are forgotten.", "good")
