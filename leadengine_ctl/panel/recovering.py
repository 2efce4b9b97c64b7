"""Recovery points from pages and the API: taken, proven, gone back to, by the same operations as lectl's."""

from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.panel_records import ApprovalRecord, JobRecord
from leadengine_ctl.operations import jobs
from leadengine_ctl.operations.backups.backup import BackupVerb, VerifyVerb
from leadengine_ctl.operations.backups.choosing import RestoreWords, choose
from leadengine_ctl.operations.backups.everybody import Everybody, plan_backups
from leadengine_ctl.operations.backups.requests import BackupRequest, VerifyRequest
from leadengine_ctl.operations.backups.restore import RestoreVerb
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import client_host
from leadengine_ctl.panel.doing import ask_second, takes_two


def back_up(world: World, client: str) -> JobRecord:
    """Ask for a recovery point now."""
    request = BackupRequest(client=client, host=str(client_host(world, client)))
    return jobs.ask_for(world, BackupVerb(request))


def back_up_all(world: World, expected: int) -> JobRecord:
    """Ask for a recovery point of every client that can have one.

    Args:
        expected: how many the plan named: what was agreed to is what is done.

    Raises:
        NotAllowedError: there is nobody, or they are not as many as that any more.
        LockedError: it is being done already.
    """
    plan = plan_backups(world)
    if not plan.clients:
        raise NotAllowedError(
            "There is nobody to back up",
            "; ".join(f"{client}: {why}" for client, why in plan.left_out[:5]),
            "Give clients a storage: lectl config set backup.targets=NAME --all",
        )
    if len(plan.clients) != expected:
        raise NotAllowedError(
            "Nothing was backed up",
            f"The plan named {expected} clients, and there are {len(plan.clients)} now.",
            "Look at the plan again.",
        )
    return jobs.ask_for_backups(world, Everybody(clients=plan.clients))


def prove(world: World, client: str, point: str | None) -> JobRecord:
    """Ask that a point be restored beside the stack and compared; None: the newest and an older one."""
    values = {"client": client, "host": str(client_host(world, client)), "point": point}
    return jobs.ask_for(world, VerifyVerb(VerifyRequest.model_validate(values)))


def restore(world: World, words: RestoreWords, confirm: str) -> JobRecord | ApprovalRecord:
    """Ask that a client goes back to a point; a second person has to agree, when the settings say so.

    Where the host fetches its tasks, it waits there for an operator's signature besides.

    Raises:
        NotAllowedError: the client's name was not typed.
        NotFoundError: there is no such client or point.
    """
    if confirm != words.client:
        raise NotAllowedError(
            f"{words.client} was not restored",
            "The client's name was not typed.",
            "Type it to confirm.",
        )
    verb = RestoreVerb(choose(world, words).request)
    if takes_two(world, verb.name):
        return ask_second(world, verb)
    return jobs.ask_for(world, verb)
