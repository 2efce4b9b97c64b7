"""The words that commands which start a rollout share."""

from typing import Annotated

import typer

from leadengine_ctl.cli.options import complete_clients


def complete_releases(incomplete: str) -> list[str]:
    """Published releases, for the shell's completion."""
    from leadengine_ctl.cli.session import open_session

    versions = (each.version for each in open_session().world.library.published())
    return [version for version in versions if version.startswith(incomplete)]


Clients = Annotated[
    list[str] | None, typer.Argument(help="Names of clients.", autocompletion=complete_clients)
]
All = Annotated[bool, typer.Option("--all", help="Every client.")]
Release = Annotated[
    str | None,
    typer.Option(
        help="The release; by default the newest of the channel.", autocompletion=complete_releases
    ),
]
Channel = Annotated[
    str | None,
    typer.Option(help="Take releases of this channel; by default of each client's own."),
]
ShowPlan = Annotated[bool, typer.Option("--plan", help="Show the plan; change nothing.")]
Canary = Annotated[
    list[str] | None,
    typer.Option(
        help="This client goes first; may be given again.", autocompletion=complete_clients
    ),
]
Waves = Annotated[str, typer.Option(help="Cumulative counts and shares of all; the last is 100%.")]
Parallel = Annotated[int, typer.Option(help="How many hosts at once.")]
Soak = Annotated[
    str | None,
    typer.Option(help="How long each wave is watched; 10m when there is more than one."),
]
Bake = Annotated[str, typer.Option(help="How long a host watches the new version in service.")]
MaxFailures = Annotated[int, typer.Option(help="How many clients may fail before it stops.")]
Window = Annotated[
    str, typer.Option(help="'respect' the clients' maintenance windows, or 'ignore' them.")
]
Retry = Annotated[bool, typer.Option("--retry", help="Go again where it failed before.")]
WithoutBackup = Annotated[
    bool,
    typer.Option(
        "--without-backup", help="Change data and schema even without a recovery point from before."
    ),
]
AllowContract = Annotated[
    bool,
    typer.Option("--allow-contract", help="Allow migrations that leave no way back."),
]
