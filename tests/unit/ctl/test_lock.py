"""One operation on a client at a time."""

from pathlib import Path

import pytest

from leadengine_ctl.errors import LockedError
from leadengine_ctl.operations.lock import client_lock
from tests.unit.ctl.cli import Cli


def test_a_second_operation_is_told_who_is_at_work(lectl: Cli, folder: Path) -> None:
    with client_lock(folder / "locks", "acme", "deploy by ann@desk since noon"):
        ran = lectl.deploy()
        other = lectl.deploy("beta", "beta.test")
    assert ran.code == 11
    assert ran.err.startswith("Error: acme is being changed by somebody else.\n")
    assert "Holder: deploy by ann@desk since noon, process " in ran.err
    assert other.code == 0
    assert lectl.deploy().code == 0


def test_a_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), client_lock(tmp_path, "acme", "one"):
        raise RuntimeError
    with client_lock(tmp_path, "acme", "two"), pytest.raises(LockedError) as refused:
        client_lock(tmp_path, "acme", "three").__enter__()
    assert refused.value.why.startswith("Holder: two, process ")
