"""Load on one stack until SIGTERM, in a process of its own.

    python -m tests.lab.load --address A --name leads.acme.test --client ID --folder F

In the folder, afterwards: `records.jsonl`, `ledger` and `cost` (seconds of CPU it took by itself).
"""

import argparse
import asyncio
import contextlib
import resource
import signal
import ssl
from pathlib import Path

import uvloop

from tests.lab.load.ledger import LedgerWriter
from tests.lab.load.records import Recorder
from tests.lab.load.schedule import MIXES, Schedule
from tests.lab.load.streams import listen
from tests.lab.load.traffic import Visitors
from tests.lab.load.wire import Target


def main() -> None:
    arguments = _arguments()
    folder: Path = arguments.folder
    with (folder / "records.jsonl").open("w") as records, (folder / "ledger").open("w") as ledger:
        uvloop.run(_load(arguments, Recorder(records), LedgerWriter(ledger)))
    used = resource.getrusage(resource.RUSAGE_SELF)
    (folder / "cost").write_text(f"{used.ru_utime + used.ru_stime:.2f}\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--address", required=True)
    parser.add_argument("--port", type=int, default=443)
    parser.add_argument("--name", required=True, help="the domain that is asked for")
    parser.add_argument("--client", required=True, help="the client ID, for events")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--rate", type=float, default=200, help="requests a second")
    parser.add_argument("--mix", choices=MIXES, default="whole")
    parser.add_argument("--streams", type=int, default=0, help="streams that are kept open")
    return parser.parse_args()


async def _load(arguments: argparse.Namespace, recorder: Recorder, ledger: LedgerWriter) -> None:
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    # The certificate is not what is tested here: any will do.
    target = Target(
        arguments.address, arguments.port, arguments.name, ssl._create_unverified_context()
    )
    visitors = Visitors(target, arguments.client, recorder, ledger)
    streams = [asyncio.create_task(listen(target, recorder)) for _ in range(arguments.streams)]
    await Schedule(arguments.rate, MIXES[arguments.mix]).run(visitors, over)
    for stream in streams:
        stream.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await stream
    visitors.close()


if __name__ == "__main__":
    main()
