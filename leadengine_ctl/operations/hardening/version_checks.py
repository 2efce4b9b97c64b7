"""Versions against the floors that the signed release names."""

from leadengine_agent.protocol import Component, Release
from leadengine_agent.values import version_key
from leadengine_ctl.hosts.hardening.facts import HardeningFacts
from leadengine_ctl.operations.hardening.finding import Finding, Verdict, expect

_BACKPORTS = (
    "Debian and Ubuntu mend older versions without a new number: look at their security tracker."
)


def check_versions(facts: HardeningFacts, release: Release | None) -> tuple[Finding, ...]:
    """Judge versions; nothing to judge by without a release."""
    if release is None or facts.engine is None:
        return ()
    engine = str(facts.engine.info.get("ServerVersion", ""))
    floors: dict[Component, str] = {**release.component_floors}
    parts = {name.lower(): (version,) for name, version in facts.engine.components.items()}
    found = {**parts, **facts.services}
    hint = f"Release {release.version} refuses this host: update Docker Engine there."
    return (
        expect("engine-floor", "the engine that the release asks for", detail=engine,
               holds=version_key(engine) >= version_key(release.engine_floor), reason=hint),
        *(_component(name, floor, found[name]) for name, floor in floors.items() if found.get(name)),
    )  # fmt: skip


def _component(name: Component, floor: str, found: tuple[str, ...]) -> Finding:
    below = [each for each in found if version_key(each) < version_key(_line(floor, each))]
    title = f"{name} not older than {floor}"
    detail = ", ".join(found)
    if not below:
        return Finding(f"version-{name}", title, Verdict.OK, detail)
    return Finding(f"version-{name}", title, Verdict.WARN, detail, _BACKPORTS)


def _line(floors: str, version: str) -> str:
    """The floor of the line a version is of; where it is of none that is looked after, the newest."""
    own = [each for each in floors.split() if version.startswith(f"{each.rpartition('.')[0]}.")]
    return own[0] if own else max(floors.split(), key=version_key)
