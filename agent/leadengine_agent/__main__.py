"""The words of the agent image: each program is imported only when it is asked for.

The probe starts in a one-off container and must start fast.
"""

import sys
from importlib import import_module

_PROGRAMS = {
    "executor": "leadengine_agent.executor.server",
    "reporter": "leadengine_agent.reporter.main",
    "submit": "leadengine_agent.executor.submit",
    "trust": "leadengine_agent.trust.pin",
    "connect": "leadengine_agent.connect",
    "replace": "leadengine_agent.replacing",
    "panel": "leadengine_agent.panel.main",
    "panel-owner": "leadengine_agent.panel.owner",
}
_WITH_WORDS = {
    "probe": "leadengine_agent.probe",
    "door": "leadengine_agent.door",
    "proof": "leadengine_agent.proof",
    "receive": "leadengine_agent.backup.streams",
    "pack": "leadengine_agent.backup.pack",
    "exchange": "leadengine_agent.backup.exchange",
    "unpack": "leadengine_agent.backup.unpack",
    "containers": "leadengine_agent.containers",
}
_USAGE = """\
usage: leadengine-agent executor | reporter | submit | trust | connect | replace | panel
       leadengine-agent panel-owner
       leadengine-agent probe served NAME | visit NAME SECONDS | fetch URL
       leadengine-agent door hold SECONDS | open
       leadengine-agent proof FOLDER
       leadengine-agent exchange ACTION VOLUME
       leadengine-agent receive PIPE VERDICT
       leadengine-agent pack stream JOB PIPE | queue URL-FILE OUT
       leadengine-agent unpack files FOLDER | vectors HOST FOLDER [swap] | queue URL-FILE FILE [whole]
       leadengine-agent containers IMAGE
"""


def main() -> int:
    """Run one of the agent's programs."""
    name, *words = sys.argv[1:] or [""]
    if name == "executor":
        _leave_out_openssl()
    if name in _PROGRAMS and not words:
        return int(import_module(_PROGRAMS[name]).main())
    if name in _WITH_WORDS and words:
        return int(import_module(_WITH_WORDS[name]).main(words))
    sys.stderr.write(_USAGE)
    return 2


def _leave_out_openssl() -> None:
    """Let `hashlib` and `hmac` use the digests that Python brings along.

    They load OpenSSL otherwise: three and a half megabytes of an idle executor, which has no network and
    hashes short texts alone. What packs and unpacks data is a program of its own.
    """
    # None in this table is how Python is told that a module is not there: both fall back by themselves.
    sys.modules["_hashlib"] = None  # type: ignore[assignment]


if __name__ == "__main__":
    sys.exit(main())
