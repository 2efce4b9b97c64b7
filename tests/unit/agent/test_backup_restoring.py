"""What a restore copies into a stack's folder belongs to whom it belonged."""

import os
from pathlib import Path

import pytest

from leadengine_agent.backup.restoring import _copy_tree
from leadengine_agent.layout import APP_GROUP


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_certificates_keep_rights_and_group(tmp_path: Path) -> None:
    source, target = tmp_path / "point", tmp_path / "stack"
    (source / "1").mkdir(parents=True)
    target.mkdir()
    key = source / "1" / "privkey.pem"
    key.write_text("key")
    key.chmod(0o640)
    os.chown(key, 0, APP_GROUP)
    (source / "current").symlink_to("1")
    for _ in range(2):
        # A run that was killed is repeated.
        _copy_tree(source, target)
    found = (target / "1" / "privkey.pem").stat()
    assert (found.st_mode & 0o777, found.st_gid) == (0o640, APP_GROUP)
    assert (target / "current").readlink() == Path("1")
    _copy_tree(tmp_path / "nothing", target)
