"""lectl release build | list"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

app = typer.Typer(no_args_is_help=True, help="Immutable sets of images and templates.")

BUILD = f"""Make a release of the images on this machine.

With a registry the images are pushed to it and named by digest; without, hosts get them over the
connection they are prepared through.

\b
Examples:
  lectl release build
  lectl release build --version 1.2.0 --registry registry.example.com/leadengine

{options.exit_codes("10 an image is missing", "12 the version exists already")}"""


@app.command(help=BUILD)
def build(
    version: Annotated[
        str | None, typer.Option(help="As '1.2.0'; by default named after its content.")
    ] = None,
    registry: Annotated[
        str | None, typer.Option(help="As 'registry.example.com/leadengine'.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.releasing import BuildRequest, build_release

    request = BuildRequest(version=version, registry=registry)
    bundle = build_release(open_session(as_json=as_json).world, request)
    if as_json:
        terminal.put_json({"kind": "result", **bundle.release.model_dump(mode="json")})
    else:
        terminal.put(bundle.release.version)
        terminal.say(f"Release {bundle.release.version} is ready to deploy.", "good")


@app.command("list", help=f"List the releases, newest first.\n\n{options.exit_codes()}")
def list_releases(as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session

    versions = open_session(as_json=as_json).world.library.versions()
    if as_json:
        terminal.put_json({"kind": "result", "releases": list(versions)})
    else:
        for version in versions:
            terminal.put(version)
