"""Put the baseline in place on a host, as far as it can be had there."""

from collections.abc import Callable

from leadengine_agent.protocol import StepState
from leadengine_ctl.hosts.base import HostAddress, Progress, Report, Runner
from leadengine_ctl.hosts.commands import said
from leadengine_ctl.hosts.hardening.baseline import MARK, STEPS, baseline_id
from leadengine_ctl.hosts.hardening.door import guarded, harden_ssh, raise_firewall
from leadengine_ctl.hosts.hardening.engine import settle_engine
from leadengine_ctl.hosts.hardening.site import Site, UnmetError, is_container
from leadengine_ctl.hosts.hardening.upkeep import (
    cap_journal,
    have_swap,
    keep_time,
    keep_updated,
    set_kernel,
)

Step = Callable[[Site], str]
"""Does what is missing. Says what it changed, nothing when nothing; UnmetError when it cannot be had."""


def has_baseline(runner: Runner) -> bool:
    """Whether this very baseline was put in place. One question: a deploy asks it each time."""
    return said(runner, "cat", MARK) == baseline_id()


def harden(
    runner: Runner, address: HostAddress, reopen: Callable[[], Runner] | None, report: Report
) -> tuple[str, ...]:
    """See `Host.harden`."""
    systemd = runner.run(("test", "-d", "/run/systemd/system")).code == 0
    site = Site(runner, address, reopen, systemd, is_container(runner))
    takes: tuple[Step, ...] = (
        *(_door, keep_updated, keep_time, cap_journal, set_kernel, have_swap, settle_engine),
    )
    steps = zip(STEPS, takes, strict=True)
    unmet = [sentence for name, step in steps if (sentence := _take(site, name, step, report))]
    # Last: a kill before it lets the next run look at everything again.
    site.put(MARK, f"{baseline_id()}\n")
    return tuple(unmet)


def _door(site: Site) -> str:
    problems, done = [], []
    with guarded(site):
        for part in (harden_ssh, raise_firewall):
            try:
                done.append(part(site))
            except UnmetError as error:
                problems.append(str(error))
    if problems:
        raise UnmetError("; ".join(problems))
    return ", ".join(filter(None, done))


def _take(site: Site, name: str, step: Step, report: Report) -> str:
    """One step; returns what could not be had, empty when all was."""
    report(Progress(name, StepState.STARTED))
    try:
        changed = step(site)
    except UnmetError as error:
        report(Progress(name, StepState.FAILED, str(error)))
        return f"{name}: {error}"
    state = StepState.DONE if changed else StepState.UNCHANGED
    report(Progress(name, state, changed or "as it should be"))
    return ""
