"""The steps of a deploy."""

from dataclasses import replace

from leadengine_agent.protocol import Release
from leadengine_ctl.planning.plan import Plan, Step


def plan_deploy(
    client: str,
    domain: str,
    host: str,
    release: Release,
    dns: str | None = None,
    *,
    prove_by: str | None = None,
) -> Plan:
    """Say what a deploy of this client does."""
    proof = f", proven by a TXT record ({prove_by})" if prove_by else ""
    notes = _notes(release)
    named = (Step("dns", f"Let {domain} lead to {host} ({dns})"),) if dns else ()
    return Plan(
        title=f"Deploy {client} at https://{domain} on {host}, release {release.version}",
        steps=(
            Step("check", f"Check that the name {client} and the domain {domain} are free"),
            *named,
            Step("prepare", f"Prepare {host}: Docker Engine and agent"),
            Step(
                "harden", f"Harden {host} if it serves nobody yet: SSH, firewall, updates, engine"
            ),
            Step("release", f"Bring release {release.version} and its images to {host}"),
            Step("register", f"Register {client} with its client ID"),
            Step("activate", f"Start the stack of {client}, migrate its database, switch to it"),
            Step("certify", f"Get the certificate of {domain}{proof}"),
            Step("record", f"Record that {client} runs release {release.version}"),
        ),
        notes=notes,
    )


def with_lost_host(plan: Plan, host: str) -> Plan:
    """The same on a machine that takes the place of one that is lost."""
    return replace(plan, steps=(*plan.steps, Step("forget-host", f"Forget {host}, which is lost")))


def _notes(release: Release) -> tuple[str, ...]:
    if not release.stand_ins:
        return ()
    names = ", ".join(sorted(release.stand_ins))
    return (f"Stand-ins built from Debian's packages take the place of official images: {names}.",)
