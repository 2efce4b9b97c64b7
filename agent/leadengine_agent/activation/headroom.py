"""Is there room for a second generation beside the one that serves?"""

from pathlib import Path

from leadengine_agent.failures import TaskFailure, disk_full
from leadengine_agent.files import free_bytes
from leadengine_agent.protocol import FailureCode

DISK = 256_000_000
"""Bytes: a generation's logs, the database's own needs during a migration, the dump of a backup."""

MEMORY = 256_000_000
"""Bytes: the api and one one-off command, measured 147 MiB for a whole idle stack."""

_AVAILABLE = "MemAvailable:"


def check_headroom(root: Path) -> str:
    """Say how much room there is.

    Raises:
        TaskFailure: too little; nothing was started yet.
    """
    disk, memory = free_bytes(root), _free_memory()
    if disk < DISK:
        raise disk_full(f"{_mb(disk)} are free; an activation needs {_mb(DISK)}.")
    if memory < MEMORY:
        raise TaskFailure(
            FailureCode.HEADROOM,
            "The host has too little memory for a second generation.",
            f"{_mb(memory)} are available; the old and the new one run side by side for a while, "
            f"which takes {_mb(MEMORY)}.",
            "Nothing was changed. Give the host more memory, or stop what else runs there.",
        )
    return f"{_mb(disk)} of disk and {_mb(memory)} of memory are free"


def _free_memory() -> int:
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    line = next(line for line in lines if line.startswith(_AVAILABLE))
    return int(line.split()[1]) * 1024


def _mb(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
