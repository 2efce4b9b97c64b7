"""Files appear and disappear as a whole, whenever the power goes."""

from pathlib import Path

import pytest

from leadengine_agent.files import point, remove_tree, write_atomically


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "acme"
    (made / "secrets").mkdir(parents=True)
    (made / "secrets" / "session_secret").write_text("canary")
    return made


def test_a_removed_folder_leaves_nothing(folder: Path) -> None:
    remove_tree(folder)
    assert list(folder.parent.iterdir()) == []


def test_a_removal_that_was_killed_half_way_is_finished_by_the_next(folder: Path) -> None:
    folder.rename(folder.with_name(".acme.removed"))
    remove_tree(folder)
    assert list(folder.parent.iterdir()) == []


def test_what_an_earlier_kill_left_is_no_obstacle(folder: Path) -> None:
    (folder.with_name(".acme.removed") / "secrets").mkdir(parents=True)
    remove_tree(folder)
    assert list(folder.parent.iterdir()) == []


def test_a_write_that_was_killed_half_way_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".note.new").write_text("hal")
    assert write_atomically(tmp_path / "note", "whole", mode=0o600)
    assert not write_atomically(tmp_path / "note", "whole", mode=0o600)
    assert [each.name for each in tmp_path.iterdir()] == ["note"]
    assert (tmp_path / "note").stat().st_mode & 0o777 == 0o600


def test_a_link_is_turned_in_one_step(tmp_path: Path) -> None:
    (tmp_path / ".current.new").symlink_to("nowhere")
    point(tmp_path / "current", "one")
    point(tmp_path / "current", "two")
    assert (tmp_path / "current").readlink() == Path("two")
    assert [each.name for each in tmp_path.iterdir()] == ["current"]
