"""lectl release publish | refresh | promote | yank"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

Destination = Annotated[
    str | None,
    typer.Argument(help="A folder that a web server serves, or 's3://bucket/prefix'."),
]
Version = Annotated[str, typer.Argument(help="As 'release list' shows it.")]

PUBLISH = f"""Make what was signed the newest state, and copy it to where others read it.

The result is static files: any web server or S3 can hold it. A reader who comes in the middle sees
the state before.

\b
Examples:
  lectl release publish
  lectl release publish /srv/www/releases
  lectl release publish s3://acme-releases/control

{options.exit_codes("12 signatures are missing")}"""

REFRESH = f"""Say for another two weeks what is the newest state. Needs no offline key: let a timer do it.

{options.exit_codes("10 nobody has made keys yet")}"""

PROMOTE = f"""Have a release in one more channel. Then sign and publish.

{options.exit_codes("10 not found")}"""

YANK = f"""Withdraw a release: plans leave it out, and hosts refuse to install it. Then sign and publish.

{options.exit_codes("10 not found")}"""

_NEXT = "Next: lectl release sign {} --keys FOLDER, then lectl release publish"


def publish(destination: Destination = None, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations import release_publishing as releases

    files = releases.publish(open_session(as_json=as_json).world, destination)
    _tell_published(destination, files, as_json=as_json)


def refresh(destination: Destination = None, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations import release_publishing as releases

    files = releases.refresh(open_session(as_json=as_json).world, destination)
    _tell_published(destination, files, as_json=as_json)


def promote(
    version: Version,
    channel: Annotated[str, typer.Option(help="stable, beta, or a client's name.")],
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations import release_publishing as releases

    releases.promote(open_session(as_json=as_json).world, version, channel)
    _tell_decided(f"{version} will be in {channel}.", version, as_json=as_json)


def yank(
    version: Version,
    reason: Annotated[str, typer.Option(help="Why, in one line; everybody can read it.")],
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations import release_publishing as releases

    releases.yank(open_session(as_json=as_json).world, version, reason)
    _tell_decided(f"{version} will be withdrawn.", version, as_json=as_json)


def _tell_published(destination: str | None, files: int, *, as_json: bool) -> None:
    if as_json:
        terminal.put_json({"kind": "result", "destination": destination, "files": files})
    elif destination:
        terminal.say(f"Published to {destination}: {files} files.", "good")
    else:
        terminal.say("Published in the data folder: lectl deploys and updates from there.", "good")


def _tell_decided(sentence: str, version: str, *, as_json: bool) -> None:
    if as_json:
        terminal.put_json({"kind": "result", "version": version, "decided": sentence})
    else:
        terminal.say(f"{sentence} {_NEXT.format(version)}")
