"""lectl: the app, and the way into it."""

import os
import resource
import sys
from typing import Annotated

import typer

from leadengine_ctl import __version__
from leadengine_ctl.cli import (
    agent,
    audit,
    backup,
    backups,
    billing,
    cloud,
    config,
    deploy,
    destroy,
    dns,
    doctor,
    host,
    inventory,
    keys,
    licence,
    login,
    logs,
    move,
    operations,
    panel,
    recovery,
    recovery_kit,
    release,
    restore,
    rollback,
    rollout,
    status,
    storage,
    support,
    task,
    tenant,
    terminal,
    update,
)
from leadengine_ctl.cli.boundary import guard
from leadengine_ctl.errors import ExitCode

app = typer.Typer(
    name="lectl",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Run a fleet of LeadEngine stacks.",
)
app.command("deploy", help=deploy.HELP)(deploy.deploy)
app.command("update", help=update.HELP)(update.update)
app.command("rollback", help=rollback.HELP)(rollback.rollback)
app.add_typer(backup.app, name="backup")
app.command("backups", help=backups.HELP)(backups.backups)
app.command("restore", help=restore.HELP)(restore.restore)
app.command("move", help=move.MOVE)(move.move)
app.command("clone", help=move.CLONE)(move.clone)
app.command("recovery-kit", help=recovery_kit.HELP)(recovery_kit.recovery_kit)
app.command("status", help=status.HELP)(status.status)
app.command("logs", help=logs.HELP)(logs.logs)
app.command("support", help=support.HELP)(support.support)
app.command("destroy", help=destroy.HELP)(destroy.destroy)
app.command("doctor", help=doctor.HELP)(doctor.doctor)
app.command("inventory", help=inventory.HELP)(inventory.inventory)
app.add_typer(cloud.app, name="cloud")
app.add_typer(tenant.app, name="tenant")
app.add_typer(host.app, name="host")
app.add_typer(agent.app, name="agent")
app.add_typer(task.app, name="task")
app.add_typer(dns.app, name="dns")
app.add_typer(release.app, name="release")
app.add_typer(rollout.app, name="rollout")
app.add_typer(config.app, name="config")
app.add_typer(recovery.app, name="recovery")
app.add_typer(storage.app, name="storage")
app.add_typer(billing.app, name="billing")
app.add_typer(operations.app, name="operations")
app.add_typer(panel.app, name="panel")
app.add_typer(keys.app, name="keys")
app.add_typer(licence.app, name="licence")
app.command("login", help=login.LOGIN)(login.login)
app.command("logout", help=login.LOGOUT)(login.logout)
app.command("audit", help=audit.HELP)(audit.audit)


def _show_version(wanted: bool) -> None:
    if wanted:
        terminal.put(f"lectl {__version__}")
        raise typer.Exit


@app.callback()
def top(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
    _debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,
) -> None:
    """Options for every command; the boundary reads --debug from the command line."""


def run(words: list[str]) -> int:
    """Run one command line and return its exit code; --debug may stand anywhere in it."""
    without_debug = [word for word in words if word != "--debug"]
    return guard(lambda: app(without_debug, prog_name="lectl"), words)


def main() -> None:
    """Run the command line of this process and exit with its code."""
    # All that lectl writes is the operator's own: database, keys, logs.
    os.umask(0o077)
    # What it holds in memory are all of the operator's secrets: a crash writes them nowhere.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    code = run(sys.argv[1:])
    if code == ExitCode.INTERRUPTED:
        # A step may still run in a thread of its own: leave it where it is, it can be resumed.
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)
