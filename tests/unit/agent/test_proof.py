"""certbot's hook ends when the record that it asked for is said to be there, and not before."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadengine_agent.proof import asked, clear, meet

VALUE, OTHER = "a" * 43, "b" * 43


@pytest.fixture
def hook(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    words = (sys.executable, "-m", "leadengine_agent.proof", str(tmp_path))
    environment = {**os.environ, "CERTBOT_VALIDATION": VALUE}
    with subprocess.Popen(words, env=environment) as process:
        end = time.monotonic() + 10
        while not asked(tmp_path) and time.monotonic() < end:
            time.sleep(0.01)
        yield process
        process.kill()


def test_it_asks_for_its_record_and_goes_on_when_that_very_one_is_there(
    hook: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    assert asked(tmp_path) == VALUE
    meet(tmp_path, OTHER)
    with pytest.raises(subprocess.TimeoutExpired):
        hook.wait(0.6)
    meet(tmp_path, VALUE)
    assert hook.wait(5) == 0
    clear(tmp_path)
    assert not asked(tmp_path)
