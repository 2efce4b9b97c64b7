"""The machine's own Docker Engine, as far as the lab needs it."""

import subprocess

Done = subprocess.CompletedProcess[str]


class LabError(Exception):
    """The lab itself failed: the test says nothing about the product."""


def docker(*argv: str, stdin: str | None = None, check: bool = True, timeout: float = 120) -> Done:
    """Run one command of the docker CLI and return how it went.

    Raises:
        LabError: with `check`, when it failed.
    """
    done = subprocess.run(
        ("docker", *argv), input=stdin, check=False, capture_output=True, text=True, timeout=timeout
    )
    if check and done.returncode:
        message = f"docker {' '.join(argv)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        raise LabError(message)
    return done


def copy_images(source_tags: tuple[str, ...], target: tuple[str, ...]) -> None:
    """Stream images of this machine's engine into `docker load` run by the argv `target`."""
    saving = ("docker", "save", *source_tags)
    with subprocess.Popen(saving, stdout=subprocess.PIPE) as save:
        loaded = subprocess.run(
            target, stdin=save.stdout, check=False, capture_output=True, text=True
        )
    if save.returncode or loaded.returncode:
        message = f"{' '.join(saving)} | {' '.join(target)}: {loaded.stderr}"
        raise LabError(message)
