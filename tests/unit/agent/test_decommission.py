"""A removal that was killed leaves nothing that a later deploy would take for done."""

from pathlib import Path

import pytest

from leadengine_agent.layout import HostLayout
from leadengine_agent.stack import read_state, write_state
from leadengine_agent.tasks import decommission


def test_the_first_step_forgets_what_was_done_before_anything_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = HostLayout(tmp_path).stack("acme")
    layout.create()
    (layout.generations / "1").mkdir()
    layout.current.symlink_to("generations/1")
    write_state(layout, "migration", {"head": "0001"})
    # No docker here: the step ends where it would remove the first container.
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError):
        decommission._containers(layout, "label=any")
    assert not layout.current.is_symlink()
    assert read_state(layout, "migration") == {}
