"""lectl release bundle | import"""

from pathlib import Path
from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

BUNDLE = f"""Write a release to one file that can be carried to where no network reaches.

It has the metadata that proves it, its templates and its images, each layer once. It can be imported
until its metadata ends, two weeks after the last 'release refresh' or 'publish'.

\b
Examples:
  lectl release bundle 1.2.0
  lectl release bundle 1.2.0 -o /media/stick/leadengine-1.2.0.tar.gz

{options.exit_codes("10 not found", "12 withdrawn, or its images are in a registry")}"""

IMPORT = f"""Take a release from a file of 'release bundle', if its publisher is the one you believe.

Then 'lectl deploy' and 'lectl update' work as ever. The first time, state the publisher's
fingerprint, which you got on another way than the file.

\b
Examples:
  lectl release import leadengine-1.2.0.tar.gz --publisher sha256:4f5c…
  lectl release import leadengine-1.3.0.tar.gz

{options.exit_codes("10 no such file", "12 refused")}"""


def bundle(
    version: Annotated[str, typer.Argument(help="As 'release list' shows it.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="By default leadengine-VERSION.tar.gz.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.release_offline import bundle_release

    path = output or Path(f"leadengine-{version}.tar.gz")
    world = open_session(as_json=as_json).world
    size = bundle_release(world, version, path)
    publisher = world.library.repository.fingerprint
    if as_json:
        result = {"file": str(path), "bytes": size, "publisher": publisher}
        terminal.put_json({"kind": "result", **result})
        return
    terminal.put(str(path))
    terminal.say(f"{size / 1e6:.0f} MB. Its publisher is {publisher}: tell that on another way.")


def import_file(
    file: Annotated[Path, typer.Argument(help="A file of 'release bundle'.")],
    publisher: Annotated[
        str | None, typer.Option(metavar="sha256:…", help="The publisher's fingerprint.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    from dataclasses import asdict

    from leadengine_ctl.cli.progress import say_progress
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.hosts.base import quiet
    from leadengine_ctl.operations.release_offline import import_release

    world = open_session(as_json=as_json).world
    known = publisher or world.settings.releases_root
    arrived = import_release(world, file, known, quiet if as_json else say_progress)
    if as_json:
        terminal.put_json({"kind": "result", **asdict(arrived)})
    else:
        terminal.put(arrived.version)
        terminal.say(f"Release {arrived.version} is ready to deploy.", "good")
