"""Everything that goes wrong at a provider: one clear sentence, no orphan, and the next run converges.

At the level of the API: nothing boots here. `tests/lab/test_cloud.py` has servers that do.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.planning.provision import plan_provision
from tests.conformance.provider_suite import KEY
from tests.lab.cloud.renting import Tenant, a_tenant, until_it_works
from tests.unit.ctl.cli import Cli

PROVIDERS = ("hetzner", "digitalocean")
RERUNS = 8
STEPS = [step.name for step in plan_provision("a", "b", "c").steps]
POINTS = [f"provision.{step}:{side}" for step in STEPS for side in ("before", "after")]


def one_life(provider: str, folder: Path, seed: int) -> tuple[int, int]:
    """Rent, name, photograph, give back under random faults; how many hit, how often it was run again."""
    with a_tenant(provider, folder) as tenant:
        tenant.api.faults.by_chance(seed, 0.3)
        said = until_it_works(tenant.rent, RERUNS)
        assert len(tenant.hall.history) == 1, "more than one server was made"
        said += until_it_works(tenant.point, RERUNS)
        said += until_it_works(tenant.photograph, RERUNS)
        said += until_it_works(tenant.give_back, RERUNS)
        hit = sum(tenant.api.faults.happened.values())
        tenant.api.faults.clear()
        assert_nothing_is_left(tenant)
        for error in said:
            assert_clear(error)
        return hit, len(said)


def assert_nothing_is_left(tenant: Tenant) -> None:
    assert tenant.hall.boxes == {}
    assert tenant.records() == []
    assert tenant.hall.left == {}, "a snapshot outlived its server"
    assert tenant.api.firewalls == {}
    assert (tenant.record, tenant.orphans()) == (None, 0)


def assert_clear(error: LeadEngineError) -> None:
    """What, why, and what to do; nothing of Python or HTTP libraries in it, and no token."""
    for part in (error.what, error.why, error.hint):
        assert part, f"an error without all of its three sentences: {error.what}"
        assert "Traceback" not in part
        assert "object at 0x" not in part
        assert "Bearer" not in part
        assert "PRIVATE KEY" not in part


def many_lives(folder: Path, seeds: range) -> None:
    hits = [one_life(PROVIDERS[seed % 2], folder / str(seed), seed)[0] for seed in seeds]
    assert sum(hits) >= len(seeds), "too few faults happened for this to say anything"
    print(f"\n{len(seeds)} lives, {sum(hits)} faults")  # noqa: T201


def test_random_faults_make_no_second_server_and_leave_none_behind(tmp_path: Path) -> None:
    many_lives(tmp_path, range(50))


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1000, 1500, 50))
def test_many_random_faults_make_no_second_server_and_leave_none_behind(
    tmp_path: Path, first: int
) -> None:
    many_lives(tmp_path, range(first, first + 50))


@pytest.fixture(params=PROVIDERS)
def tenant(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tenant]:
    with a_tenant(request.param, tmp_path) as tenant:
        yield tenant


Breaking = Callable[[Tenant], None]


def _quota(tenant: Tenant) -> None:
    tenant.hall.limit = 0


def _sold_out(tenant: Tenant) -> None:
    tenant.hall.sold_out = {"cx32", "s-2vcpu-4gb"}


def _wrong_token(tenant: Tenant) -> None:
    tenant.api.tokens.clear()


def _never_boots(tenant: Tenant) -> None:
    tenant.hall.boots = False


def _wait_an_hour(tenant: Tenant) -> None:
    tenant.api.faults.order("429", method="POST", after=3600)


def _down(tenant: Tenant) -> None:
    tenant.api.faults.order("503", times=60)


def _mended(tenant: Tenant) -> None:
    """Whatever it was, it is over; what should have booted has booted."""
    tenant.hall.limit, tenant.hall.boots = 25, True
    tenant.hall.sold_out.clear()
    tenant.api.tokens.add("good")
    tenant.api.faults.clear()
    for box in tenant.hall.boxes.values():
        box.status = "running"


@pytest.mark.parametrize(
    ("breaking", "says"),
    [
        (_quota, "may not have one more"),
        (_sold_out, "right now"),
        (_wrong_token, "refuses the token"),
        (_never_boots, "did not start within"),
        (_wait_an_hour, "allows no more requests for now"),
        (_down, "cannot be used right now"),
    ],
)
def test_what_stops_a_provision_is_said_and_the_next_run_converges(
    tenant: Tenant, breaking: Breaking, says: str
) -> None:
    breaking(tenant)
    with pytest.raises(LeadEngineError) as refused:
        tenant.rent()
    assert says in refused.value.what
    assert_clear(refused.value)
    assert len(tenant.hall.history) <= 1
    _mended(tenant)
    assert tenant.orphans() == 0, "what was ordered here is no orphan"
    tenant.rent()
    assert len(tenant.hall.history) == 1
    tenant.give_back()
    assert_nothing_is_left(tenant)


def test_a_size_that_sells_out_between_look_and_order_is_said(tenant: Tenant) -> None:
    """The list still had it; the order is what is refused."""
    tenant.hall.sells_out_at_order = True
    with pytest.raises(LeadEngineError, match="none of these left there") as refused:
        tenant.rent()
    assert "host sizes" in refused.value.hint
    assert tenant.hall.history == []


def test_a_token_that_is_revoked_in_between_is_said_and_the_server_is_not_forgotten(
    tenant: Tenant,
) -> None:
    tenant.hall.boots = False
    with pytest.raises(LeadEngineError, match="did not start"):
        tenant.rent()
    _wrong_token(tenant)
    with pytest.raises(LeadEngineError, match="refuses the token"):
        tenant.rent()
    assert tenant.get().server is not None
    _mended(tenant)
    tenant.rent()
    assert len(tenant.hall.history) == 1


@pytest.mark.parametrize("kind", ["500", "500-after", "503", "reset", "reset-after", "429"])
def test_an_order_without_a_proper_answer_makes_one_server(tenant: Tenant, kind: str) -> None:
    path = "/servers" if tenant.provider == "hetzner" else "/droplets"
    tenant.api.faults.order(kind, method="POST", path=path)
    tenant.rent()
    assert tenant.api.faults.happened[kind] == 1
    assert len(tenant.hall.history) == 1


def test_a_slow_boot_is_waited_for(tenant: Tenant) -> None:
    tenant.hall.pace = 1.0
    tenant.rent()
    assert tenant.get().live


def test_a_server_that_somebody_deleted_there_is_said(tenant: Tenant) -> None:
    tenant.rent()
    tenant.hall.boxes.clear()
    assert tenant.orphans() == 0
    tenant.give_back()
    assert tenant.record is None


def test_killed_at_every_point_there_is_one_server_and_it_becomes_a_host(tmp_path: Path) -> None:
    """One provision, each run getting one point further."""
    (tmp_path / "id.pub").write_text(KEY)
    settings = {"LECTL_SSH_KEY": str(tmp_path / "id"), "LECTL_CLOUD_PATIENCE": "0.2"}
    folder = tmp_path / "data"
    lectl = Cli(folder, {**Cli.environment(folder, tmp_path), **settings})
    words = ("host", "create", "web1", "--on", "memory:m2", "--yes")
    points = [*POINTS[:5], "provision.create:bought", *POINTS[5:]]
    for point in points:
        killed = lectl.process(*words, LECTL_FAILPOINT=point)
        assert killed.code == -9, f"{point} was never reached: {killed.err}"
        assert lectl.process("host", "orphans").code == 0, point
    ended = lectl.process(*words, "--json")
    assert ended.code == 0, ended.err
    text = (folder / "memory" / "provider.json").read_text()
    assert text.count('"name": "web1-') == 1
    assert '"next": 2' in text
