"""An operator's data folder as it is after the first release: made once, copied for each test.

What takes long in it is real and the same for everybody: offline keys under a passphrase, signed
metadata, a store brought to its newest revision.
"""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from leadengine_ctl.fleet.store import open_store
from leadengine_ctl.secrets import KeyRing
from tests.unit.ctl.builders import a_draft, publish


def make_ready(data: Path) -> None:
    """Put release 1.0.0 and an empty store into a folder that is not there yet, its keys beside it."""
    for name, target in (("data", data), ("stick", data.parent / "stick")):
        shutil.copytree(_model() / name, target, dirs_exist_ok=True)


@cache
def _model() -> Path:
    home = Path(tempfile.mkdtemp(prefix="leadengine-ready-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    data = home / "data"
    publish(data, a_draft())
    open_store(f"sqlite:///{data / 'control.sqlite'}", data, KeyRing(data / "key"))
    return home
