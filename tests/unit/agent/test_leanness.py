"""What an idle executor holds in memory."""

import subprocess
import sys

from leadengine_agent.executor.leanness import _HEAVY

_IDLE = """
import sys
from leadengine_agent.__main__ import _leave_out_openssl
_leave_out_openssl()
from leadengine_agent.executor import server
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import Backup, Certify, Verify
from leadengine_agent.tasks import is_idle
for order in (Certify(scheduled=True), Backup(scheduled=True), Verify(scheduled=True)):
    is_idle(order, HostLayout())
"""
_MODULES = """
print(" ".join(sorted(name.partition(".")[0] for name in sys.modules)))
"""
_LIBRARIES_AND_DIGESTS = """
import hashlib, hmac
print("libcrypto" in open("/proc/self/maps").read())
print(hashlib.sha256(b"abc").hexdigest())
print(hmac.new(b"key", b"The quick brown fox jumps over the lazy dog", hashlib.sha256).hexdigest())
"""


def _run(program: str) -> list[str]:
    words = (sys.executable, "-c", program)
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd="agent")
    return done.stdout.split()


def test_an_idle_executor_loads_nothing_heavy() -> None:
    """Else it would begin anew every few seconds, and still hold it."""
    assert set(_run(_IDLE + _MODULES)).isdisjoint(_HEAVY)


def test_an_idle_executor_does_without_openssl_and_its_digests_are_right() -> None:
    """The answers are those of FIPS 180-2 and of RFC 4231's construction, as published."""
    loaded, digest, code = _run(_IDLE + _LIBRARIES_AND_DIGESTS)
    assert loaded == "False"
    assert digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert code == "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
