"""Take up an operation whose process has died."""

from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.records import OperationRecord, OperationState
from leadengine_ctl.operations.base import Verb
from leadengine_ctl.operations.deploy import Deploy
from leadengine_ctl.operations.destroy import Destroy, DestroyRequest
from leadengine_ctl.operations.request import DeployRequest


def verb_of(record: OperationRecord) -> Verb:
    """Make the verb of a recorded operation again.

    Raises:
        NotAllowedError: it has ended.
    """
    if record.state is not OperationState.RUNNING:
        raise NotAllowedError(
            f"The operation {record.id} cannot be resumed: it is {record.state}",
            record.failure or "It came to its end.",
            f"Run the command again: lectl {record.verb} {record.client} …",
        )
    return _VERBS[record.verb](record.params)


def _deploy(params: str) -> Verb:
    return Deploy(DeployRequest.model_validate_json(params))


def _destroy(params: str) -> Verb:
    return Destroy(DestroyRequest.model_validate_json(params))


_VERBS = {"deploy": _deploy, "destroy": _destroy}
