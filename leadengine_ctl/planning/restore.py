"""The steps of a restore and of a move, and what a person should know before."""

from dataclasses import dataclass

from leadengine_agent.protocol import Part
from leadengine_ctl.planning.plan import Plan, Step

_PARTS: dict[Part | None, str] = {
    None: "database, files and vectors",
    "database": "the database",
    "files": "the files",
    "vectors": "the vectors",
}


@dataclass(frozen=True)
class Chosen:
    """The point a restore goes to, in words: `age` as people say it, `size` in bytes."""

    point: str
    age: str
    size: int
    release: str

    def __str__(self) -> str:
        return f"{self.point}, {self.age} old, {self.size / 1e6:.1f} MB, release {self.release}"


def plan_restore_at_home(client: str, host: str, chosen: Chosen, only: Part | None) -> Plan:
    """Say what a restore on the client's own host does."""
    what = _PARTS[only]
    return Plan(
        title=f"Restore {client} on {host} to {chosen}",
        steps=(
            Step("restore", f"Fetch {what}, compare with the point's manifest, swap them in"),
            Step("record", f"Record what {client} is now"),
        ),
        notes=(
            f"What is there now is replaced: {what} of {client} on {host}.",
            f"It is kept as a recovery point of its own: 'lectl restore {client} --undo' brings it back.",
            f"What came in during the last {chosen.age} is not in the point.",
        ),
    )


def plan_restore_elsewhere(client: str, name: str, host: str, chosen: Chosen | None) -> Plan:
    """Say what a restore on another host does; `name`: what the client is called there."""
    point = str(chosen) if chosen else "its newest good recovery point"
    notes = [f"{host} must have no stack: ports 80 and 443 are one stack's."]
    if name != client:
        notes.append(f"{client} is not touched; {name} gets no backups until it is told where.")
    return Plan(
        title=f"Restore {client} as {name} on {host} to {point}"
        if name != client
        else f"Restore {client} on {host} to {point}",
        steps=(
            Step("check", f"Check that {name} and its domain are free"),
            Step("prepare", f"Prepare {host}: Docker Engine and agent"),
            Step("find", "Find the recovery point in the storage"),
            Step("release", f"Bring the point's release and its images to {host}"),
            Step("restore", "Fetch, compare with the point's manifest, start the stack"),
            Step("certify", "Get the certificate, or say what DNS lacks"),
            Step("record", f"Record that {name} lives on {host}"),
        ),
        notes=tuple(notes),
    )


def plan_move(client: str, domain: str, old: str, new: str) -> Plan:
    """Say what a move does."""
    return Plan(
        title=f"Move {client} from {old} to {new}",
        steps=(
            Step("check", f"Check that {client} can be read from {old}"),
            Step("prepare", f"Prepare {new}: Docker Engine and agent"),
            Step("release", f"Bring the release of {client} and its images to {new}"),
            Step("point", f"Take a recovery point on {old}, which goes on serving"),
            Step("try", f"Restore it on {new} into staging, and compare: the move will work"),
            Step("freeze", f"Stop answering on {old}, take the last point, freeze the stack"),
            Step("switch", f"Restore the last point on {new}, which serves from then on"),
            Step("certify", f"Get the certificate, or say what DNS of {domain} lacks"),
            Step("record", f"Record that {client} lives on {new}"),
            Step(
                "protect", f"Take the first recovery point on {new}, at every storage of {client}"
            ),
        ),
        notes=(
            f"DNS of {domain} is yours to change: point it to {new} when 'freeze' is reached. Give its "
            "record a short time to live the day before.",
            f"The stack on {old} is kept, frozen. 'lectl move {client} --to {old}' goes back.",
        ),
    )
