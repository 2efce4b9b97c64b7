"""What a deploy would do: its plan and the files it would write, without touching anything."""

import hashlib

from leadengine_agent.protocol import SecretName
from leadengine_agent.rendering import Generation, render
from leadengine_agent.values import Frozen
from leadengine_ctl.operations.admission import check_names, check_release
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.spec import Wanted
from leadengine_ctl.planning.deploy import plan_deploy, with_lost_host
from leadengine_ctl.planning.plan import Plan


class Preview(Frozen):
    """A dry run.

    Attributes:
        files: name -> content, as the host would write them. Secrets are files of their own there,
            and are not among these.
        secrets: the operator's secrets that the stack would get, by name.
    """

    plan: Plan
    files: dict[str, str]
    secrets: tuple[SecretName, ...]


def preview_deploy(world: World, request: DeployRequest, where: str = "") -> Preview:
    """Plan and render a deploy.

    Args:
        where: what to call a host that is still to be made.

    Raises:
        NotAllowedError: the name or the domain is in use elsewhere, or the release is older.
    """
    check_names(world, request)
    check_release(world, request)
    bundle = world.library.load(request.release)
    wanted = Wanted.of(world, request)
    spec = wanted.spec()
    key = hashlib.sha256(spec.model_dump_json().encode()).hexdigest()
    files = render(bundle.files, bundle.release, spec, Generation(1, "blue", key))
    secrets = wanted.secrets()
    plan = plan_deploy(
        request.client,
        " and ".join(spec.served),
        where or request.host,
        bundle.release,
        request.dns,
        prove_by=request.prove_by,
    )
    if request.instead_of:
        plan = with_lost_host(plan, request.instead_of)
    return Preview(plan=plan, files=files, secrets=tuple(sorted(secrets)))
