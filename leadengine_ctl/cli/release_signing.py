"""lectl release init | keys | sign | rotate"""

from pathlib import Path
from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

Keys = Annotated[
    Path, typer.Option("--keys", metavar="FOLDER", help="The folder of offline keys, on a stick.")
]

INIT = f"""Become a publisher: make the keys that sign releases, and an empty signed repository.

The offline keys (root and targets) go into KEYS_FOLDER, encrypted: spread them over sticks. Hosts
believe what enough of them have signed. The online keys stay in the data folder.

\b
Examples:
  lectl release init /media/stick
  lectl release init /media/stick --keys 5 --threshold 3

{options.exit_codes("12 there is a publisher already")}"""

KEYS = f"""List the keys that hosts believe, and the fingerprint that names their publisher.

{options.exit_codes("10 nobody has made keys yet")}"""

SIGN = f"""Sign what was decided, with the keys of one folder.

Works piecewise: carry the folder 'releases' of the data folder to the next machine and sign there
with --repository.

\b
Examples:
  lectl release sign 1.2.0 --keys /media/stick
  lectl release sign --keys /media/stick --repository /media/transfer/releases

{options.exit_codes("10 no such release, or no key", "20 signatures are missing")}"""

ROTATE = f"""Replace a key by a new one; without KEY, let all that is signed offline live for another year.

Then sign and publish: the old keys vouch for the new one, and hosts follow by themselves.

{options.exit_codes("10 no such key")}"""


def init(
    keys_folder: Annotated[Path, typer.Argument(help="Where the offline keys are written.")],
    threshold: Annotated[int, typer.Option(help="How many of them have to sign.")] = 2,
    keys: Annotated[int, typer.Option(help="How many are made, each for root and targets.")] = 3,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.passphrase import choose_passphrase
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.release_keys import Ceremony, init_releases

    world = open_session(as_json=as_json).world
    ceremony = Ceremony(keys=keys, threshold=threshold)
    fingerprint = init_releases(world, keys_folder, ceremony, choose_passphrase(world.settings))
    if as_json:
        terminal.put_json({"kind": "result", "publisher": fingerprint, "keys": str(keys_folder)})
        return
    terminal.put(fingerprint)
    terminal.say("That is your publisher's fingerprint: tell it to those who read your releases.")
    terminal.say(f"{2 * keys} keys are in {keys_folder}; {threshold} of each kind have to sign.")
    terminal.say("Copy them to separate sticks and take them off this machine.", "warn")


def keys(as_json: options.Json = False) -> None:
    from dataclasses import asdict

    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.release_keys import read_key_infos

    world = open_session(as_json=as_json).world
    found = read_key_infos(world)
    fingerprint = world.library.repository.fingerprint
    if as_json:
        rows = [asdict(each) for each in found]
        terminal.put_json({"kind": "result", "publisher": fingerprint, "keys": rows})
        return
    terminal.put_table(
        [("KEY", "ROLE", "MUST SIGN"), *((k.name, k.role, str(k.threshold)) for k in found)]
    )
    terminal.say(f"Publisher: {fingerprint}")


def sign(
    keys: Keys,
    version: Annotated[str | None, typer.Argument(help="A release that has to be in it.")] = None,
    repository: Annotated[
        Path | None, typer.Option(help="The folder to sign in; by default the data folder's.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.passphrase import read_passphrase
    from leadengine_ctl.cli.release_tables import put_signing
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.release_keys import sign_pending
    from leadengine_ctl.releases.repository import Repository

    world = open_session(as_json=as_json).world
    folder = Repository(repository) if repository else world.library.repository
    signing = sign_pending(folder, version, keys, read_passphrase(world.settings))
    put_signing(signing, as_json=as_json)


def rotate(
    keys: Keys,
    key: Annotated[str | None, typer.Argument(help="As 'release keys' shows it.")] = None,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.passphrase import choose_passphrase
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.release_keys import rotate as rotate_key

    world = open_session(as_json=as_json).world
    new = rotate_key(world, key, keys, choose_passphrase(world.settings))
    if as_json:
        terminal.put_json({"kind": "result", "key": new})
        return
    terminal.say(f"{key} gives way to {new}." if key else "Everything will live another year.")
    terminal.say("Next: lectl release sign --keys FOLDER, then lectl release publish")
