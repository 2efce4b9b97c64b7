"""lectl release"""

from typing import Annotated

import typer

from leadengine_ctl.cli import (
    options,
    release_offline,
    release_publishing,
    release_signing,
    terminal,
)

app = typer.Typer(no_args_is_help=True, help="Immutable, signed sets of images and templates.")

BUILD = f"""Make a release of the images on this machine. It counts once it is signed and published.

With a registry the images are pushed to it and named by digest; without, hosts get them over the
connection they are prepared through.

\b
Examples:
  lectl release build
  lectl release build --version 1.2.0 --min-from 1.0.0 --notes "Faster search."
  lectl release build --version 1.2.0 --registry registry.example.com/leadengine

{options.exit_codes("10 an image is missing, or there are no keys yet", "12 the version exists already")}"""

LIST = f"""List the releases, newest first: what is published and what waits for signatures.

{options.exit_codes()}"""

SHOW = f"""Show a release: its manifest, and what its publisher says of it.

{options.exit_codes("10 not found")}"""


def build(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    version: Annotated[
        str | None, typer.Option(help="As '1.2.0'; by default named after its content.")
    ] = None,
    registry: Annotated[
        str | None, typer.Option(help="As 'registry.example.com/leadengine'.")
    ] = None,
    channel: Annotated[str, typer.Option(help="stable, beta, or a client's name.")] = "stable",
    min_from: Annotated[
        str | None, typer.Option(help="The oldest version that may be updated straight to it.")
    ] = None,
    stop: Annotated[bool, typer.Option("--stop", help="No update may pass over it.")] = False,
    agent_floor: Annotated[str, typer.Option(help="The oldest agent that can run it.")] = "0.0.0",
    engine_floor: Annotated[str, typer.Option(help="The oldest Docker Engine.")] = "20.10.0",
    notes: Annotated[str, typer.Option(help="What is new, for people.")] = "",
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.releasing import BuildRequest, build_release
    from leadengine_ctl.releases.build import Rules

    rules = Rules(
        min_from=min_from,
        stop=stop,
        agent_floor=agent_floor,
        engine_floor=engine_floor,
        notes=notes,
    )
    request = BuildRequest(version=version, registry=registry, channel=channel, rules=rules)
    release = build_release(open_session(as_json=as_json).world, request).release
    if as_json:
        terminal.put_json({"kind": "result", **release.model_dump(mode="json")})
        return
    terminal.put(release.version)
    hint = f"lectl release sign {release.version} --keys FOLDER, then lectl release publish"
    terminal.say(f"Release {release.version} is built. Next: {hint}", "good")


def list_releases(as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.release_tables import catalogue_json, put_catalogue
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.release_publishing import read_catalogue

    catalogue = read_catalogue(open_session(as_json=as_json).world)
    if as_json:
        terminal.put_json(catalogue_json(catalogue))
    else:
        put_catalogue(catalogue)


def show(
    version: Annotated[str, typer.Argument(help="As 'release list' shows it.")],
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.release_tables import put_release
    from leadengine_ctl.cli.session import open_session

    bundle = open_session(as_json=as_json).world.library.load(version)
    if as_json:
        manifest = bundle.release.model_dump(mode="json")
        said = bundle.publication.model_dump(mode="json", exclude={"version"})
        terminal.put_json({"kind": "result", **said, "manifest": manifest})
    else:
        put_release(bundle)


app.command(help=release_signing.INIT)(release_signing.init)
app.command(help=release_signing.KEYS)(release_signing.keys)
app.command(help=BUILD)(build)
app.command(help=release_signing.SIGN)(release_signing.sign)
app.command(help=release_publishing.PUBLISH)(release_publishing.publish)
app.command("list", help=LIST)(list_releases)
app.command(help=SHOW)(show)
app.command(help=release_publishing.PROMOTE)(release_publishing.promote)
app.command(help=release_publishing.YANK)(release_publishing.yank)
app.command(help=release_publishing.REFRESH)(release_publishing.refresh)
app.command(help=release_signing.ROTATE)(release_signing.rotate)
app.command(help=release_offline.BUNDLE)(release_offline.bundle)
app.command("import", help=release_offline.IMPORT)(release_offline.import_file)
