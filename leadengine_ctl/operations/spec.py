"""From a request and the operator's settings to the configuration of a stack."""

import secrets

from leadengine_agent.protocol import StackSpec
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.configuring import configured
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.sharing import shared_fields


def build_spec(world: World, request: DeployRequest, old: ClientRecord | None) -> StackSpec:
    """The stack's configuration; the client ID is made once and kept for good."""
    known = old.spec.client_id if old else request.client_id
    wildcard = request.wildcard
    if wildcard is None:
        wildcard = bool(old and old.spec.wildcard)
    spec = StackSpec(
        client=request.client,
        kind=request.kind,
        client_id=known or secrets.token_hex(12),
        domain=request.domain,
        wildcard=wildcard,
        email=request.email,
        plan=request.plan,
        mail=world.settings.mail(),
        replies=world.settings.replies(),
        llm=world.settings.llm(),
        crawl=world.settings.crawl(),
        acme=world.settings.acme(),
        **shared_fields(world, request, old),
    )
    own = own_config(request, old)
    return configured(spec, world, own, own)


def own_config(request: DeployRequest, old: ClientRecord | None) -> dict[str, str]:
    """What is set for this client alone; what was set since the request was made stays."""
    said = {"brand.name": request.company, "brand.primary": request.colour}
    chosen = {key: value for key, value in said.items() if value}
    return {**chosen, **(old.config if old else {})}
