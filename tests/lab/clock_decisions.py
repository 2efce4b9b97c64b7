"""Runs under a clock of the test's choice: what the agent decides about points and certificate of one host.

python -m tests.lab.clock_decisions FOLDER DOMAIN
"""

import json
import sys
import time
from pathlib import Path

from leadengine_agent.activation.certificate import ensure_certificate
from leadengine_agent.backup.catalogue import fold_body, iso
from leadengine_agent.backup.chores import clients, due
from leadengine_agent.backup.keeping import mark
from leadengine_agent.backup.taking import new_point_id
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import Backup, Copy, Point


def main(folder: str, domain: str) -> None:
    host = HostLayout(Path(folder))
    (client,) = clients(host)
    now = time.time()
    wanted = bool(due(Backup(scheduled=True), host))
    point = Point(id=new_point_id(now), at=iso(now), copies=(Copy(target="local", good=True),))
    client.catalogue().add("point", fold_body(point))
    mark(client)
    kept = [each.id for each in client.history().points.values() if each.kept]
    changed = ensure_certificate(host, client.layout, (domain,)).changed
    told = {"now": now, "due": wanted, "taken": point.id, "kept": kept, "certificate": changed}
    print(json.dumps(told))  # noqa: T201 - a program of its own


main(*sys.argv[1:])
