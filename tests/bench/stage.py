"""Where hosts are measured: an operator with a release, a bare host, the authorities around them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import deploying
from tests.bench.deploying import Deploys
from tests.lab.acme import Pebble, start_pebble
from tests.lab.authority import Authority
from tests.lab.names import start_names
from tests.lab.operator import Operator, certificate_settings
from tests.lab.run import Run, lab_run
from tests.lab.vps import make_key, start_vps


@dataclass(frozen=True)
class Stage:
    """`authority`: the root behind the lab's own services, panels among them."""

    run: Run
    authority: Authority
    pebble: Pebble
    deploys: Deploys


@contextmanager
def stage() -> Iterator[Stage]:
    """All of it, for as long as it is measured."""
    with tempfile.TemporaryDirectory() as folder, lab_run(Path(folder)) as run:
        names, authority = start_names(run), Authority.create(run.folder)
        pebble = start_pebble(run, names, authority, nonce_reject_percent=0)
        home = Path(folder) / "operator"
        home.mkdir()
        operator = Operator(home, make_key(run.folder), certificate_settings(pebble, home))
        operator.release()
        vps = start_vps(run, "bench", operator.key)
        names.point(deploying.DOMAIN, vps.address, vps.address6)
        yield Stage(run, authority, pebble, Deploys(operator, vps))
