"""lectl update: waves over hosts in memory, with faults, as an operator sees them."""

from datetime import UTC, datetime, timedelta

import pytest

from leadengine_ctl.operations.rollouts import plans
from leadengine_ctl.operations.rollouts.request import RolloutRequest
from tests.unit.ctl.fleet import Fleet

pytestmark = pytest.mark.long

FOUR = ("acme", "beta", "cafe", "dune")


@pytest.fixture
def four(fleet: Fleet) -> Fleet:
    """Four clients on 1.0.0, and 1.1.0 published."""
    fleet.add(*FOUR)
    fleet.publish("1.1.0")
    return fleet


def test_a_plan_shows_who_goes_when_and_changes_nothing(four: Fleet) -> None:
    four.lectl("config", "set", "hold=their fair", "dune")
    ran = four.lectl("update", "--all", "--plan", "--canary", "cafe")
    assert ran.code == 0, ran.err
    assert ran.out == (
        "WAVE  CLIENT  HOST       FROM   TO     NOTE\n"
        "1     cafe    host-cafe  1.0.0  1.1.0\n"
        "2     acme    host-acme  1.0.0  1.1.0\n"
        "2     beta    host-beta  1.0.0  1.1.0\n"
        "-     dune    host-dune  1.0.0  -      is on hold: their fair\n"
    )
    assert {four.runs(name) for name in FOUR} == {"1.0.0"}
    assert four.world.store.rollouts.recent(9) == ()


def test_without_a_yes_nothing_is_changed(four: Fleet) -> None:
    refused = four.lectl.process("update", "--all")
    assert refused.code == 12
    assert "4 to change in waves of 1 + 3, each watched for 600 s.\n" in refused.err
    assert four.world.store.rollouts.recent(9) == ()


def test_everybody_is_brought_to_the_newest_release(four: Fleet) -> None:
    ran = four.update("--all")
    assert ran.code == 0, ran.err
    assert {four.runs(name) for name in FOUR} == {"1.1.0"}
    assert {four.activations(name) for name in FOUR} == {2}
    assert [each.split()[:6] for each in ran.out.splitlines()[1:]] == [
        ["updated", str(wave), name, f"host-{name}", "1.0.0", "1.1.0"]
        for wave, name in zip((1, 2, 2, 2), FOUR, strict=True)
    ]
    assert "4 of 4 updated." in ran.err
    assert four.lectl("status").code == 0
    again = four.update("--all")
    assert (again.code, again.err) == (0, "Nothing was changed.\n")
    assert "runs 1.1.0 already" in again.out


def test_each_clients_update_is_an_operation_with_its_story(four: Fleet) -> None:
    four.update("acme")
    operation = four.target("acme").operation
    shown = four.lectl("operations", "show", operation).out
    assert shown.splitlines()[1].startswith(f"done   {operation}  update  acme")
    for step in ("prepare", "release", "activate", "record"):
        assert f" started    {step} " in shown or f" started    {step}\n" in shown
    refused = four.lectl("operations", "resume", operation)
    assert refused.code == 12
    assert "lectl rollout resume" in refused.err


def test_requests_of_visitors_are_counted(four: Fleet) -> None:
    ran = four.lectl("update", "acme", "--yes", "--bake", "2s", "--json")
    target = ran.json[-1]["targets"][0]
    assert (target["state"], target["requests"], target["failed"]) == ("updated", 20, 0)
    assert {line["kind"] for line in ran.json} == {"rollout", "target", "result"}


def test_required_stops_are_walked(fleet: Fleet) -> None:
    fleet.add("acme")
    fleet.publish("1.1.0", stop=True)
    fleet.publish("2.0.0", min_from="1.1.0")
    assert fleet.update("acme").code == 0
    stack = fleet.host("acme").stacks["acme"]
    assert [each.release for each in stack.earlier] + [stack.release] == ["1.0.0", "1.1.0", "2.0.0"]


def test_a_gate_stops_the_rollout_in_its_wave(four: Fleet) -> None:
    four.order_faults("beta", gate=["1.1.0"])
    ran = four.update("--all", "--waves", "1,2,100%")
    assert ran.code == 3
    assert four.states() == {
        "acme": "updated",
        "beta": "rolled-back",
        "cafe": "skipped",
        "dune": "skipped",
    }
    assert four.runs("beta") == "1.0.0"
    assert four.ever_ran("1.1.0") == {"acme", "beta"}
    assert "stopped, wave 2 of 3, 1 of 4 updated, 1 rolled-back, 2 skipped." in ran.err
    assert "a gate tripped" in ran.out


def test_a_failed_step_is_not_repeated_until_it_is_asked_for(four: Fleet) -> None:
    four.order_faults("acme", start=["1.1.0"])
    assert four.update("acme").code == 3
    assert four.states() == {"acme": "failed"}
    four.order_faults("acme")
    again = four.update("acme")
    assert again.code == 0
    assert "1.0.0 -> 1.1.0 failed here before; --retry tries it again" in again.out
    assert four.runs("acme") == "1.0.0"
    assert four.update("acme", "--retry").code == 0
    assert four.runs("acme") == "1.1.0"


def test_what_gets_sick_in_the_soak_only_is_taken_back(four: Fleet) -> None:
    four.order_faults("acme", sick=["1.1.0"])
    ran = four.lectl("update", "--all", "--yes", "--bake", "0s", "--soak", "1s")
    assert ran.code == 3
    assert four.target("acme").state == "rolled-back"
    assert four.target("acme").reason == "in the soak: not healthy: api-green"
    assert four.runs("acme") == "1.0.0"
    assert four.world.store.clients.get("acme").release == "1.0.0"
    assert four.ever_ran("1.1.0") == {"acme"}
    assert "failed here before" in four.update("acme").out


def test_some_may_fail(four: Fleet) -> None:
    four.order_faults("beta", gate=["1.1.0"])
    ran = four.update("--all", "--waves", "1,2,100%", "--max-failures", "1")
    assert ran.code == 3
    assert four.states()["dune"] == "updated"
    assert four.rollout().state == "done"


def test_who_cannot_be_reached_is_no_failure_and_is_caught_up(four: Fleet) -> None:
    for name in ("beta", "cafe"):
        four.order_faults(name, unreachable=True)
    ran = four.update("--all")
    assert ran.code == 3
    assert four.states()["beta"] == "unreachable"
    assert four.rollout().reason == "Not done yet: beta, cafe."
    four.order_faults("beta")
    assert four.lectl("rollout", "resume", four.rollout().id).code == 3
    assert four.states()["beta"] == "updated"
    four.order_faults("cafe")
    assert four.update("--all").code == 0
    assert {four.activations(name) for name in FOUR} == {2}


def test_silence_proves_nothing_so_the_next_wave_does_not_begin(four: Fleet) -> None:
    four.order_faults("acme", unreachable=True)
    ran = four.update("--all")
    assert ran.code == 3
    assert four.rollout().state == "partial"
    assert "Nobody of wave 1 could be updated, which proves nothing." in ran.err
    assert four.ever_ran("1.1.0") == set()
    four.order_faults("acme")
    assert four.lectl("rollout", "resume", four.rollout().id).code == 0
    assert four.ever_ran("1.1.0") == set(FOUR)


def test_windows_are_respected_unless_told_otherwise(four: Fleet) -> None:
    other = (datetime.now(UTC) + timedelta(days=3)).strftime("%a").lower()
    four.lectl("config", "set", f"window={other} 02:00-03:00 UTC", "beta")
    assert four.update("--all").code == 3
    assert four.target("beta").state == "postponed"
    assert four.target("beta").reason.startswith(f"its window opens {other.title()} ")
    assert four.lectl("update", "--all", "--yes", "--window", "ignore").code == 0
    assert four.runs("beta") == "1.1.0"


def test_a_hold_that_comes_after_the_plan_is_respected_too(four: Fleet) -> None:
    request = RolloutRequest(soak=0, bake=0)
    rollout = plans.start_rollout(four.world, request, plans.plan_rollout(four.world, request))
    four.lectl("config", "set", "hold=a fair", "beta")
    assert four.lectl("rollout", "resume", rollout).code == 3
    assert (four.runs("beta"), four.target("beta").reason) == ("1.0.0", "is on hold: a fair")


def test_a_client_follows_its_channel(four: Fleet) -> None:
    four.publish("1.2.0", channels=("beta",))
    four.lectl("config", "set", "channel=beta", "acme")
    assert four.update("--all").code == 0
    assert [four.runs(name) for name in FOUR] == ["1.2.0", "1.1.0", "1.1.0", "1.1.0"]


def test_clients_of_one_host_take_turns(fleet: Fleet) -> None:
    for name in ("acme", "beta"):
        assert fleet.lectl.deploy(name, f"{name}.test").code == 0
    fleet.publish("1.1.0")
    assert fleet.update("--all", "--waves", "100%").code == 0
    stories = [
        fleet.world.store.operations.events(fleet.target(name).operation)
        for name in ("acme", "beta")
    ]
    first, second = sorted(stories, key=lambda story: story[0].at)
    assert first[-1].at <= second[0].at


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "It is not clear whom this is for."),
        (("acme", "--all"), "It is not clear whom this is for."),
        (("--all", "--waves", "1,2"), "waves: the last wave has to be '100%'"),
        (("--all", "--soak", "soon"), "soak: a time is a number and its unit"),
        (("--all", "--canary", "nobody"), "No client of this rollout is called nobody."),
        (("--all", "--window", "later"), "window: Input should be 'respect' or 'ignore'"),
        (("--all", "--parallel", "0"), "parallel: Input should be greater than or equal to 1"),
        (("--all", "--release", "new"), "release: String should match pattern"),
    ],
)
def test_words_that_make_no_sense_are_refused(
    four: Fleet, words: tuple[str, ...], sentence: str
) -> None:
    refused = four.lectl("update", *words)
    assert refused.code == 2
    assert sentence in refused.err


def test_an_unknown_client_is_not_found(four: Fleet) -> None:
    assert four.lectl("update", "nobody").code == 10
