"""Where deploys are measured: an operator with a release, and a host that has nothing yet."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import deploying
from tests.bench.deploying import Deploys
from tests.lab.acme import Pebble, start_pebble
from tests.lab.authority import Authority
from tests.lab.names import start_names
from tests.lab.operator import Operator, certificate_settings
from tests.lab.run import lab_run
from tests.lab.vps import make_key, start_vps


@contextmanager
def stage() -> Iterator[tuple[Deploys, Pebble]]:
    """An operator with a release, a bare host, and the authority."""
    with tempfile.TemporaryDirectory() as folder, lab_run(Path(folder)) as run:
        names = start_names(run)
        pebble = start_pebble(run, names, Authority.create(run.folder), nonce_reject_percent=0)
        home = Path(folder) / "operator"
        home.mkdir()
        operator = Operator(home, make_key(run.folder), certificate_settings(pebble, home))
        operator.release()
        vps = start_vps(run, "bench", operator.key)
        names.point(deploying.DOMAIN, vps.address, vps.address6)
        yield Deploys(operator, vps), pebble
