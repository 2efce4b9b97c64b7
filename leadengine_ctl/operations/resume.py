"""Take up an operation whose process has died."""

from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.records import OperationRecord, OperationState
from leadengine_ctl.operations.base import Verb
from leadengine_ctl.operations.deploy import Deploy
from leadengine_ctl.operations.destroy import Destroy, DestroyRequest
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.rollback import RollbackRequest, RollbackVerb
from leadengine_ctl.operations.update import Update, UpdateRequest


def verb_of(record: OperationRecord) -> Verb:
    """Make the verb of a recorded operation again.

    Raises:
        NotAllowedError: it has ended, or is a part of a rollout.
    """
    if record.verb == Update.name:
        rollout = UpdateRequest.model_validate_json(record.params).rollout
        raise NotAllowedError(
            f"The operation {record.id} is a part of the rollout {rollout}",
            "Whether its turn comes again is for the rollout to decide.",
            f"Resume the whole: lectl rollout resume {rollout}",
        )
    if record.state is not OperationState.RUNNING:
        raise NotAllowedError(
            f"The operation {record.id} cannot be resumed: it is {record.state}",
            record.failure or "It came to its end.",
            f"Run the command again: lectl {record.verb} {record.client} …",
        )
    return make_verb(record.verb, record.params)


def make_verb(name: str, params: str) -> Verb:
    """The verb of this name for a request that was written down."""
    return _VERBS[name](params)


def _deploy(params: str) -> Verb:
    return Deploy(DeployRequest.model_validate_json(params))


def _rollback(params: str) -> Verb:
    return RollbackVerb(RollbackRequest.model_validate_json(params))


def _destroy(params: str) -> Verb:
    return Destroy(DestroyRequest.model_validate_json(params))


_VERBS = {"deploy": _deploy, "destroy": _destroy, "rollback": _rollback}
