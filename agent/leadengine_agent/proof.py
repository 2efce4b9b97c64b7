"""Proof by a TXT record (DNS-01): certbot's hook in its container, the executor beyond a shared folder.

The host has no credentials for DNS and the executor no network: the hook leaves the value and waits, the
executor tells it to whoever gave the order, and they say when the world sees the record.
"""

import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from leadengine_agent.docker import DockerError, OneOff

WORDS = (
    *("--manual", "--preferred-challenges", "dns"),
    *("--manual-auth-hook", "leadengine-agent proof /acme"),
)
"""What certbot is told: it starts the hook once for each record and goes on when that ends."""

_PAUSE = 0.5


@dataclass(frozen=True)
class Asking:
    """Asks somebody for the record.

    Attributes:
        tell: called with the value that the record must have.
        patience: seconds to wait for it.
    """

    tell: Callable[[str], None]
    patience: float

    def run(self, certbot: OneOff, folder: Path, seconds: float) -> None:
        """Run certbot, which takes so many seconds itself, and tell each value it waits for.

        Raises:
            DockerError: it failed, or nobody put the record.
        """
        clear(folder)
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(certbot.run, self.patience + seconds)
            told = ""
            while not running.done():
                value = asked(folder)
                if value != told:
                    self.tell(value)
                    told = value
                time.sleep(_PAUSE)
        try:
            running.result()
        except DockerError as error:
            if error.code == _GAVE_UP:
                raise DockerError(("run",), _GAVE_UP, (_UNSEEN,)) from error
            raise


_GAVE_UP = 124
_UNSEEN = "nobody said in time that the TXT record was there"


def asked(folder: Path) -> str:
    """The value that certbot waits for; empty: none."""
    return _read(folder / "proof" / "asked")


def clear(folder: Path) -> None:
    """Forget what an order of before waited for."""
    for name in ("asked", "met"):
        (folder / "proof" / name).unlink(missing_ok=True)


def meet(folder: Path, value: str) -> None:
    """Let certbot go on: the record is there."""
    _write(folder / "proof" / "met", value)


def main(words: list[str]) -> int:
    """The hook: `proof FOLDER`; ends with 0 when the record is there, and else not at all."""
    folder, value = Path(words[0]), os.environ["CERTBOT_VALIDATION"]
    _write(folder / "proof" / "asked", value)
    while _read(folder / "proof" / "met") != value:
        # Never with an error: certbot would go on nevertheless, and the CA count a failure.
        time.sleep(_PAUSE)
    return 0


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(text)
    draft.rename(path)


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
