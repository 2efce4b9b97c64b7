"""The panel of agents as a process of its own (`… panel_process FOLDER PORT [URL]`).

Beside the load in one process, the two would measure each other.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.unit.reporting.panel import PanelServer, free_port


def main() -> None:
    folder, port, *url = sys.argv[1:]
    server = PanelServer(Path(folder), url_of_store=url[0] if url else "", port=int(port))
    server.start()
    print("ready", flush=True)  # noqa: T201
    with contextlib.suppress(KeyboardInterrupt):
        sys.stdin.read()
    server.stop()


@contextmanager
def panel_process(folder: Path, url: str = "") -> Iterator[tuple[PanelServer, int]]:
    """A panel that lives as long as this; as it is known here, and its process id."""
    known = PanelServer(folder, url_of_store=url, port=free_port())
    words = (sys.executable, "-m", __name__, str(folder), str(known.port), *([url] if url else []))
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield known, process.pid
        finally:
            process.stdin.close()
            process.wait(30)


def resident_mib(pid: int) -> float:
    """Resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    main()
