"""Connect this host to a panel: to whom it reports, and what may be ordered from there.

`leadengine-agent connect` reads one JSON object from standard input. Only who may use Docker on the host
can start it: no task can, so neither panel nor reporter changes the policy.
"""

import os
import sys
from typing import Annotated

from pydantic import SecretStr, StringConstraints, ValidationError

from leadengine_agent.files import write_atomically
from leadengine_agent.layout import REPORTER_UID, HostLayout
from leadengine_agent.policy import Policy
from leadengine_agent.refusal import refuse
from leadengine_agent.values import Frozen, Url

_LARGEST = 400_000


class Connection(Frozen):
    """What a host is told when it is connected.

    Attributes:
        url: the panel's address, without a slash at the end.
        authority: PEM certificates to trust when talking to it; empty: the public ones.
        token: admits this host once, within a quarter of an hour; empty: it is enrolled already.
    """

    url: Url
    authority: Annotated[str, StringConstraints(max_length=100_000)] = ""
    token: SecretStr = SecretStr("")
    policy: Policy


class PanelFile(Frozen):
    """What the reporter reads: to whom it reports, and under which name."""

    url: str
    host: str
    authority: str = ""


def connect(layout: HostLayout, connection: Connection) -> bool:
    """Keep policy, address and token; True when anything changed."""
    make_room_for_reporter(layout)
    policy = connection.policy
    panel = PanelFile(url=connection.url, host=policy.host, authority=connection.authority)
    folder, token = layout.reporter, connection.token.get_secret_value()
    changed = [
        write_atomically(layout.policy, policy.model_dump_json(), mode=0o600),
        write_atomically(
            folder / "panel.json", panel.model_dump_json(), mode=0o640, group=REPORTER_UID
        ),
    ]
    if token:
        changed.append(write_atomically(folder / "token", token, mode=0o640, group=REPORTER_UID))
    return any(changed)


def make_room_for_reporter(layout: HostLayout) -> None:
    """The reporter's own folder; nobody else's but root's."""
    layout.reporter.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(layout.reporter, REPORTER_UID, REPORTER_UID)


def main() -> int:
    """Connect as standard input says; 0 when it is done."""
    try:
        connection = Connection.model_validate_json(sys.stdin.read(_LARGEST))
    except ValidationError as error:
        return refuse(error)
    sys.stdout.write("connected" if connect(HostLayout(), connection) else "unchanged")
    return 0
