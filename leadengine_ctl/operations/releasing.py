"""Build a release; it is published once it is signed."""

from leadengine_agent.values import Frozen, Repository, Version
from leadengine_ctl.operations.base import World
from leadengine_ctl.releases.build import Builder, Rules
from leadengine_ctl.releases.bundle import Draft
from leadengine_ctl.releases.decisions import add_release
from leadengine_ctl.releases.docker import logged_in
from leadengine_ctl.releases.pending import Pending
from leadengine_ctl.releases.published import STABLE, Channel


class BuildRequest(Frozen):
    """What to build.

    Attributes:
        version: None: named after its content.
        registry: where its images are published; None: the one of the settings, if there is one.
    """

    version: Version | None = None
    registry: Repository | None = None
    channel: Channel = STABLE
    rules: Rules = Rules()


def build_release(world: World, request: BuildRequest) -> Draft:
    """Make a release of the images on this machine; repeatable.

    Raises:
        NotFoundError: an image is missing, or there are no keys to publish with.
        NotAllowedError: the version exists with other content.
    """
    pending = Pending(world.library.repository)
    pending.published_root()
    registry = request.registry or world.settings.registry
    with logged_in(world.settings.registry_login() if registry else None) as docker:
        draft = Builder(docker, registry).build(request.version, request.rules)
    add_release(pending, draft, (request.channel,))
    return draft
