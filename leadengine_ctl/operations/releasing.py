"""Build a release and keep it."""

from leadengine_agent.values import Frozen, Repository, Version
from leadengine_ctl.operations.base import World
from leadengine_ctl.releases.build import Builder
from leadengine_ctl.releases.bundle import Bundle
from leadengine_ctl.releases.docker import logged_in


class BuildRequest(Frozen):
    """What to build. `registry` None: the one of the settings, if there is one."""

    version: Version | None = None
    registry: Repository | None = None


def build_release(world: World, request: BuildRequest) -> Bundle:
    """Make a release of the images on this machine; repeatable.

    Raises:
        NotFoundError: an image is missing.
        NotAllowedError: the version exists with other content.
    """
    registry = request.registry or world.settings.registry
    with logged_in(world.settings.registry_login() if registry else None) as docker:
        bundle = Builder(docker, registry).build(request.version)
    world.library.keep(bundle)
    return bundle
