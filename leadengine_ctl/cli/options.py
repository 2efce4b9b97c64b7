"""The words that several commands share."""

from pathlib import Path
from typing import Annotated

import typer


def complete_clients(incomplete: str) -> list[str]:
    """Names of clients, for the shell's completion."""
    from leadengine_ctl.cli.session import open_session

    names = open_session().world.store.clients.names()
    return [name for name in names if name.startswith(incomplete)]


Client = Annotated[
    str,
    typer.Argument(help="The client's name, as in 'acme'.", autocompletion=complete_clients),
]
MaybeClient = Annotated[
    str | None,
    typer.Argument(help="One client; all, when left out.", autocompletion=complete_clients),
]
Json = Annotated[bool, typer.Option("--json", help="Give JSON on standard output.")]
Yes = Annotated[bool, typer.Option("--yes", help="Answer yes where a question would be asked.")]
On = Annotated[
    str | None,
    typer.Option(metavar="PROVIDER:SIZE[@REGION]", help="Rent a server, as 'hetzner:cx32@fsn1'."),
]
ProveBy = Annotated[
    str | None,
    typer.Option(
        "--prove-by",
        metavar="WHO",
        help="Certify the domain before it leads to the host, by a TXT record; WHO as with --dns.",
    ),
]
Wildcard = Annotated[
    bool | None,
    typer.Option(
        "--wildcard/--no-wildcard",
        help="A certificate for every name right below the domain too; needs --prove-by.",
    ),
]
Dns = Annotated[
    str | None,
    typer.Option(
        "--dns",
        metavar="WHO",
        help="Let the domain lead to the host: cloudflare, digitalocean, hetzner or route53; "
        "'auto' (with --on the default) for the one that has its zone, 'manual' for yourself.",
    ),
]
Server = Annotated[
    str,
    typer.Argument(help="The server's name, or its host's, as 'host list' shows."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan; change nothing.")]
HostKey = Annotated[
    str | None,
    typer.Option(
        "--host-key",
        metavar="SHA256:…",
        help="The fingerprint of the host's key, to trust it at the first contact.",
    ),
]

Keys = Annotated[
    Path,
    typer.Option("--keys", metavar="FOLDER", help="The folder of recovery keys, on a stick."),
]
MaybeKeys = Annotated[
    Path | None,
    typer.Option("--keys", metavar="FOLDER", help="The folder of recovery keys, on a stick."),
]


def exit_codes(*extra: str) -> str:
    """The last paragraph of a command's help."""
    codes = ("0 ok", "1 error", "2 usage", *extra, "130 interrupted")
    return "Exit codes: " + ", ".join(codes) + "."
