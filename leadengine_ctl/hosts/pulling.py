"""Get a published image onto a host before there is an agent that could."""

from collections.abc import Iterator
from contextlib import contextmanager

from leadengine_agent.protocol import ImageRef, RegistryLogin
from leadengine_ctl.hosts.base import HostAddress, Runner
from leadengine_ctl.hosts.commands import check, failed

_DEADLINE = 900.0
_MEMORY = "/dev/shm"  # noqa: S108 - never on the host's disk
_FOLDER = "leadengine-login"


def has_image(runner: Runner, reference: str) -> bool:
    """True when the host's engine finds the image by these words."""
    argv = ("docker", "image", "inspect", "--format", "{{.Id}}", reference)
    return runner.run(argv).code == 0


def pull(
    runner: Runner, address: HostAddress, image: ImageRef, login: RegistryLogin | None
) -> None:
    """Pull by digest; the login lives on the host as long as the pull.

    Raises:
        LeadEngineError: the registry refused the login or does not have the image.
    """
    what = f"The image {image.repository} could not be pulled on {address}"
    with _login_folder(runner, address) as folder:
        docker = ("env", f"DOCKER_CONFIG={folder}", "docker")
        if login:
            _sign_in(runner, docker, login, address)
        check(runner, (*docker, "pull", "--quiet", image.reference), what, _DEADLINE)


@contextmanager
def _login_folder(runner: Runner, address: HostAddress) -> Iterator[str]:
    _sweep(runner)
    made = check(
        runner,
        ("mktemp", "-d", f"{_MEMORY}/{_FOLDER}.XXXXXXXX"),
        f"No temporary folder could be made on {address}",
    )
    folder = made.out.decode().strip()
    try:
        yield folder
    finally:
        runner.run(("rm", "-rf", "--", folder))


def _sweep(runner: Runner) -> None:
    """Remove the logins that killed pulls left behind; a younger one may be in use."""
    old = ("find", _MEMORY, "-maxdepth", "1", "-name", f"{_FOLDER}.*", "-mmin", "+60")
    runner.run((*old, "-exec", "rm", "-rf", "--", "{}", "+"))


def _sign_in(
    runner: Runner, docker: tuple[str, ...], login: RegistryLogin, address: HostAddress
) -> None:
    argv = (*docker, "login", "--username", login.user, "--password-stdin", login.registry)
    # The password goes in on standard input: arguments are visible to every user of the host.
    ended = runner.run(argv, stdin=login.password.get_secret_value().encode(), timeout=60)
    if ended.code:
        raise failed(ended, f"{address} could not sign in to {login.registry}")
