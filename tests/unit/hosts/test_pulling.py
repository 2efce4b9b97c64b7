"""Credentials on a host: never on its disk, and gone even when nobody was left to remove them."""

from pydantic import SecretStr

from leadengine_agent.protocol import ImageRef, RegistryLogin
from leadengine_ctl.hosts.base import Completed, HostAddress
from leadengine_ctl.hosts.pulling import pull
from tests.unit.hosts.scripted import Scripted

IMAGE = ImageRef(repository="registry.test/agent", digest="sha256:" + "ab" * 32, pulled=True)
LOGIN = RegistryLogin(registry="registry.test", user="ann", password=SecretStr("canary"))
FOLDER = "/dev/shm/leadengine-login.abcdefgh"


def test_the_login_lives_in_memory_and_leaves_with_the_pull() -> None:
    runner = Scripted(
        lambda argv: Completed(0, FOLDER.encode(), b"") if argv[0] == "mktemp" else None
    )
    pull(runner, HostAddress.parse("local"), IMAGE, LOGIN)
    sweep, made, *_, removed = runner.asked
    assert made == ("mktemp", "-d", "/dev/shm/leadengine-login.XXXXXXXX")
    assert removed == ("rm", "-rf", "--", FOLDER)
    assert sweep[:2] == ("find", "/dev/shm")
    assert "leadengine-login.*" in sweep
    assert not any("canary" in word for argv in runner.asked for word in argv)
