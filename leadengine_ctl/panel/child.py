"""One operation, in a process of its own: `python -m leadengine_ctl.panel.child JOB RUNNER`."""

import logging
import os
import sys
from dataclasses import replace

from leadengine_ctl.fleet.panel_records import JobRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.jobs import LEASE, carry_out
from leadengine_ctl.services import FirstContact, build_world

log = logging.getLogger(__name__)


def main(job: str, runner: str) -> None:
    """Carry a job out in the name of whoever asked for it."""
    os.umask(0o077)
    # Its own group: Ctrl-C at the panel's terminal ends the panel, not what is being done to a host.
    os.setpgid(0, 0)
    plain = build_world(FirstContact(lambda _address, _key: False))
    if not plain.store.jobs.renew(job, runner, LEASE):
        log.warning("%s was given to another worker before this one came up", job)
        return
    record = plain.store.jobs.get(job)
    try:
        carry_out(_world_for(record), record, runner)
    except Exception:
        log.exception("%s of %s ended with an error of its own", record.verb, record.subject)
        words = (
            "The panel met an error of its own",
            "The details are in its log.",
            "Ask for it again; what was begun is gone on with.",
        )
        plain.store.jobs.end(job, runner, words)
        raise


def _world_for(record: JobRecord) -> World:
    """The world with the asker's name, and with trust in the host key they gave."""
    contact = FirstContact(lambda _address, _key: False, record.host_key)
    return replace(build_world(contact), actor=record.actor, origin="panel")


if __name__ == "__main__":
    main(*sys.argv[1:])
