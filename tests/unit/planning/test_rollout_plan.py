"""The plan of a rollout: who goes where and when, who stays and why."""

import sys
import time

from leadengine_ctl.planning.paths import Offer
from leadengine_ctl.planning.rollout import Candidate, Goal, RolloutPlan, plan_change, plan_update

OFFERS = (
    Offer("1.0.0"),
    Offer("1.1.0", stop=True),
    Offer("2.0.0", min_from="1.1.0"),
    Offer("3.0.0", channels=("beta",)),
    Offer("4.0.0", yanked="loses leads"),
)
WAVES = ("1,25%,100%", ())


def client(slug: str, release: str | None = "1.1.0", **more: str) -> Candidate:
    return Candidate(slug=slug, host=f"host-of-{slug}", release=release, **more)


NEWEST = Goal()


def plan(*candidates: Candidate, goal: Goal = NEWEST, failed: str = "") -> RolloutPlan:
    pairs = frozenset({("acme", *failed.split("->"))}) if failed else frozenset()
    return plan_update(candidates, goal, OFFERS, pairs, WAVES)  # type: ignore[arg-type]


def why(found: RolloutPlan) -> str:
    (skipped,) = found.skipped
    return skipped.why


def test_each_client_walks_its_own_way() -> None:
    found = plan(client("acme", "1.0.0"), client("beta"), client("cafe", channel="beta"))
    assert [(each.client, each.wave, each.path) for each in found.targets] == [
        ("acme", 1, ("1.1.0", "2.0.0")),
        ("beta", 2, ("2.0.0",)),
        ("cafe", 2, ("3.0.0",)),
    ]
    assert found.waves == 2


def test_who_is_left_out_is_told_why() -> None:
    assert why(plan(client("acme", "2.0.0"))) == "runs 2.0.0 already"
    assert why(plan(client("acme", "5.0.0"))) == "runs 5.0.0, which is newer than 2.0.0"
    assert why(plan(client("acme", hold="their fair"))) == "is on hold: their fair"
    assert why(plan(client("acme", None))) == "its first deploy has not ended"
    assert why(plan(client("acme", channel="acme"))) == "its channel acme offers no release"
    assert why(plan(client("acme"), goal=Goal("4.0.0"))) == "4.0.0 was yanked: loses leads"
    assert why(plan(client("acme"), goal=Goal("9.0.0"))) == "9.0.0 is not published"
    assert why(plan(client("acme"), goal=Goal("3.0.0"))) == "3.0.0 is not in its channel stable"
    assert why(plan(client("acme", "0.9.0"), goal=Goal("1.0.0"), failed="0.9.0->1.0.0")) == (
        "0.9.0 -> 1.0.0 failed here before; --retry tries it again"
    )


def test_a_channel_that_is_named_is_taken_instead_of_the_clients_own() -> None:
    (target,) = plan(client("acme"), goal=Goal(channel="beta")).targets
    assert target.to == "3.0.0"


def test_a_failed_step_is_not_repeated_anywhere_on_the_way_unless_asked_for() -> None:
    assert not plan(client("acme", "1.0.0"), failed="1.1.0->2.0.0").targets
    assert plan(client("beta", "1.0.0"), failed="1.1.0->2.0.0").targets
    assert plan(client("acme"), goal=Goal(retry=True), failed="1.1.0->2.0.0").targets


def test_canaries_that_have_nothing_to_do_are_none() -> None:
    waves = ("100%", ("beta", "acme"))
    found = plan_update(
        (client("acme"), client("beta", "2.0.0")), Goal(), OFFERS, frozenset(), waves
    )
    assert [(each.client, each.wave) for each in found.targets] == [("acme", 1)]


def test_a_change_goes_through_waves_and_leaves_out_who_has_it() -> None:
    candidates = (client("acme"), client("beta"), client("cafe"))
    found = plan_change(candidates, {"acme": False, "beta": True, "cafe": False}, WAVES)
    assert [(each.client, each.wave, each.to) for each in found.targets] == [
        ("acme", 1, "1.1.0"),
        ("cafe", 2, "1.1.0"),
    ]
    assert why(found) == "is configured so already"


def test_a_thousand_clients_are_planned_within_two_seconds() -> None:
    offers = tuple(Offer(f"1.{number}.0", stop=number % 10 == 0) for number in range(200))
    many = [client(f"client-{number}", f"1.{number % 150}.0") for number in range(1000)]
    started = time.process_time()
    found = plan_update(many, Goal(), offers, frozenset(), ("1,5%,25%,100%", ()))
    seconds = time.process_time() - started
    sys.stdout.write(f"1,000 clients, 200 releases: planned in {seconds:.3f} s\n")
    assert len(found.targets) == 1000
    assert seconds <= 2
