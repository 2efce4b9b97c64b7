"""What every verb that activates a generation does on its host: agent, release, generation."""

from dataclasses import dataclass

from leadengine_agent.protocol import Activate, ActivateResult
from leadengine_agent.values import version_key
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.agents import introduce
from leadengine_ctl.operations.base import Did, Run
from leadengine_ctl.operations.mailbox import is_reached_by_queue
from leadengine_ctl.operations.making_hosts import make_host, remember_host
from leadengine_ctl.releases.bundle import Bundle


@dataclass(frozen=True)
class Placing:
    """A release on its way to a client's host. Each method is a step: it can be repeated."""

    run: Run
    address: HostAddress
    version: str

    def prepare(self) -> Did:
        """Engine and agent."""
        world = self.run.world
        agent, report = self._newest_here().release.agent, self.run.report("prepare")
        host = self.run.host(self.address)
        make_host(world, host, agent, report)
        self.run.take_number(self.address)
        remember_host(world, self.address)
        if world.settings.panel_url and not is_reached_by_queue(world.store, self.address):
            introduce(world, host, self.address.name, report)
        return Did(changed=self.run.has_changed("prepare"))

    def harden(self) -> Did:
        """The baseline, on a host that serves nobody yet; what it cannot have stops nothing."""
        world, host = self.run.world, self.run.host(self.address)
        by_hand = self.address.kind == "local" or world.settings.harden == "never"
        if by_hand or is_reached_by_queue(world.store, self.address):
            return Did(changed=False, detail="left as it is")
        if host.is_hardened():
            return Did(changed=False, detail="hardened already")
        hint = f"lectl host doctor {self.address.name} --fix"
        if world.store.clients.releases_on(self.address.name):
            return Did(changed=False, detail=f"it serves clients, so it is left as it is: {hint}")
        try:
            unmet = host.harden(self.run.report("harden"))
        except NotAllowedError as error:
            return Did(changed=False, detail=f"left as it is. {error.what}: {error.why}")
        detail = f"{len(unmet)} parts cannot be had there: {hint}" if unmet else ""
        return Did(changed=self.run.has_changed("harden"), detail=detail)

    def release(self) -> Did:
        """Images, then templates."""
        bundle = self.run.load(self.version)
        sent = self.run.host(self.address).carry(bundle.carried, self.run.report("release"))
        order = bundle.order(self.run.world.settings.registry_login())
        self.run.order(self.address, "release", order)
        detail = f"{sent / 1e6:.0f} MB sent" if sent else "all there"
        return Did(changed=self.run.has_changed("release"), detail=detail)

    def activate(self, order: Activate) -> tuple[Did, ActivateResult]:
        """The generation, in service."""
        answer = self.run.order(self.address, "activate", order)
        result = ActivateResult.model_validate(answer)
        did = Did(
            changed=result.changed,
            detail=f"generation {result.generation}",
            data=result.model_dump(mode="json"),
        )
        return did, result

    def _newest_here(self) -> Bundle:
        """The newest release on the host: its agent serves older ones, and never the other way round."""
        world = self.run.world
        running = world.store.clients.releases_on(self.address.name)
        newer = [each for each in running if version_key(each) > version_key(self.version)]
        known = set(world.library.versions()) if newer else set()
        versions = [self.version, *(each for each in newer if each in known)]
        return self.run.load(max(versions, key=version_key))
