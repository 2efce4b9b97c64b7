"""One operation on a client at a time, on this machine. The lock that counts is the host's.

The kernel holds it, so that it ends with its process, however that ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadengine_ctl.errors import LockedError


@contextmanager
def client_lock(folder: Path, client: str, holder: str) -> Iterator[None]:
    """Hold the client's lock.

    Args:
        holder: who holds it and since when, told to whoever is refused.

    Raises:
        LockedError: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{client}.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise _locked(client, file.read().strip()) from None
        file.truncate(0)
        file.write(f"{holder}, process {os.getpid()}")
        file.flush()
        yield


def _locked(client: str, holder: str) -> LockedError:
    return LockedError(
        f"{client} is being changed by somebody else",
        f"Holder: {holder}.",
        "Wait until that has ended, then try again; 'lectl operations list' shows it.",
    )
