"""Take up an operation whose process has died."""

from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.records import OperationRecord, OperationState
from leadengine_ctl.operations.backups.backup import BackupVerb, VerifyVerb
from leadengine_ctl.operations.backups.keys import no_kit
from leadengine_ctl.operations.backups.move import MoveVerb
from leadengine_ctl.operations.backups.requests import (
    BackupRequest,
    MoveRequest,
    RestoreRequest,
    VerifyRequest,
)
from leadengine_ctl.operations.backups.restore import RestoreVerb
from leadengine_ctl.operations.base import Verb
from leadengine_ctl.operations.billing.telling import StandingRequest, StandingVerb
from leadengine_ctl.operations.carrying import CarryRequest, CarryVerb
from leadengine_ctl.operations.certify import CertifyRequest, CertifyVerb
from leadengine_ctl.operations.deploy import Deploy
from leadengine_ctl.operations.destroy import Destroy, DestroyRequest
from leadengine_ctl.operations.panel_site import InstallPanel, PanelRequest
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.rollback import RollbackRequest, RollbackVerb
from leadengine_ctl.operations.servers.addresses import MoveAddress, Release, Reserve
from leadengine_ctl.operations.servers.changing import Replace, Resize
from leadengine_ctl.operations.servers.giving_back import DeleteServer
from leadengine_ctl.operations.servers.provision import Provision
from leadengine_ctl.operations.servers.request import (
    MoveAddressRequest,
    ProvisionRequest,
    ResizeRequest,
    ServerRequest,
)
from leadengine_ctl.operations.tenants import (
    ChangeTenantRequest,
    ChangeTenantVerb,
    CreateTenantRequest,
    CreateTenantVerb,
    DeleteTenantVerb,
    TenantRequest,
)
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


def _certify(params: str) -> Verb:
    return CertifyVerb(CertifyRequest.model_validate_json(params))


def _rollback(params: str) -> Verb:
    return RollbackVerb(RollbackRequest.model_validate_json(params))


def _destroy(params: str) -> Verb:
    return Destroy(DestroyRequest.model_validate_json(params))


def _backup(params: str) -> Verb:
    return BackupVerb(BackupRequest.model_validate_json(params))


def _verify(params: str) -> Verb:
    return VerifyVerb(VerifyRequest.model_validate_json(params))


def _restore(params: str) -> Verb:
    request = RestoreRequest.model_validate_json(params)
    if not request.origin:
        raise no_kit(request.client)
    return RestoreVerb(request)


def _move(params: str) -> Verb:
    return MoveVerb(MoveRequest.model_validate_json(params))


def _provision(params: str) -> Verb:
    return Provision(ProvisionRequest.model_validate_json(params))


def _resize(params: str) -> Verb:
    return Resize(ResizeRequest.model_validate_json(params))


def _replace(params: str) -> Verb:
    return Replace(ServerRequest.model_validate_json(params))


def _delete_server(params: str) -> Verb:
    return DeleteServer(ServerRequest.model_validate_json(params))


def _reserve_address(params: str) -> Verb:
    return Reserve(ServerRequest.model_validate_json(params))


def _move_address(params: str) -> Verb:
    return MoveAddress(MoveAddressRequest.model_validate_json(params))


def _release_address(params: str) -> Verb:
    return Release(ServerRequest.model_validate_json(params))


def _install_panel(params: str) -> Verb:
    return InstallPanel(PanelRequest.model_validate_json(params))


def _create_tenant(params: str) -> Verb:
    return CreateTenantVerb(CreateTenantRequest.model_validate_json(params))


def _change_tenant(params: str) -> Verb:
    return ChangeTenantVerb(ChangeTenantRequest.model_validate_json(params))


def _carry(params: str) -> Verb:
    return CarryVerb(CarryRequest.model_validate_json(params))


def _delete_tenant(params: str) -> Verb:
    return DeleteTenantVerb(TenantRequest.model_validate_json(params))


def _set_standing(params: str) -> Verb:
    return StandingVerb(StandingRequest.model_validate_json(params))


_VERBS = {
    "set-standing": _set_standing,
    "create-tenant": _create_tenant,
    "change-tenant": _change_tenant,
    "delete-tenant": _delete_tenant,
    "carry-client": _carry,
    "deploy": _deploy,
    "certify": _certify,
    "destroy": _destroy,
    "rollback": _rollback,
    "backup": _backup,
    "verify": _verify,
    "restore": _restore,
    "move": _move,
    "provision": _provision,
    "resize": _resize,
    "replace": _replace,
    "delete-server": _delete_server,
    "reserve-address": _reserve_address,
    "move-address": _move_address,
    "release-address": _release_address,
    "install-panel": _install_panel,
}
