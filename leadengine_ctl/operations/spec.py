"""From a request and the operator's settings to the configuration of a stack."""

import secrets
from dataclasses import dataclass
from typing import Self

from pydantic import SecretStr

from leadengine_agent.protocol import SecretName, StackSpec
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.configuring import configured
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.sharing import first_for, id_beside, secrets_of, shared_fields


@dataclass(frozen=True)
class Wanted:
    """What a deploy makes of a stack.

    Attributes:
        old: the stack as it is known; None: it is new.
        first: the stack that it serves beside; None: it serves for itself.
    """

    world: World
    request: DeployRequest
    old: ClientRecord | None
    first: ClientRecord | None

    @classmethod
    def of(cls, world: World, request: DeployRequest) -> Self:
        """By the store, which is read once."""
        old = world.store.clients.find(request.client)
        return cls(world, request, old, first_for(world, request, old))

    def spec(self) -> StackSpec:
        """The stack's configuration; the client ID is made once and kept for good."""
        request, settings = self.request, self.world.settings
        wildcard = request.wildcard
        if wildcard is None:
            wildcard = bool(self.old and self.old.spec.wildcard)
        spec = StackSpec(
            client=request.client,
            kind=request.kind,
            client_id=self._client_id(),
            domain=request.domain,
            wildcard=wildcard,
            email=request.email,
            plan=request.plan,
            mail=settings.mail(),
            replies=settings.replies(),
            llm=settings.llm(),
            crawl=settings.crawl(),
            acme=settings.acme(),
            **shared_fields(settings, request, self.old, self.first),
        )
        own = self.config()
        return configured(spec, self.world, own, own)

    def secrets(self) -> dict[SecretName, SecretStr]:
        """What the operator hands it."""
        return secrets_of(self.world.settings, self.request, self.old, self.first)

    def config(self) -> dict[str, str]:
        """What is set for this client alone; what was set since the request was made stays.

        A new machine is set as the first one is.
        """
        said = {"brand.name": self.request.company, "brand.primary": self.request.colour}
        chosen = {key: value for key, value in said.items() if value}
        known = self.old or self.first
        return {**chosen, **(known.config if known else {})}

    def _client_id(self) -> str:
        if self.old:
            return self.old.spec.client_id
        if self.first:
            return id_beside(self.first, self.request.client)
        return self.request.client_id or secrets.token_hex(12)
