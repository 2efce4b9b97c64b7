"""U2: bad releases, one after the other on one host; the good one serves after each.

Visitors are at work all the time, gently, and every event they were promised is counted.
"""

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from leadengine_agent.protocol import ImageRef
from leadengine_ctl.releases.bundle import Draft
from tests.lab.bad_releases import Bad, bad_releases
from tests.lab.editions import edition
from tests.lab.load.running import load_on
from tests.lab.operator import Ended, Operator
from tests.lab.registry import Registry
from tests.lab.stack import Stack
from tests.lab.steady import Steady, give_little_disk
from tests.lab.updating import Updating
from tests.lab.vps import Vps
from tests.unit.ctl.builders import publish as sign_and_publish

CLIENT = "steady"
DOMAIN = "leads.steady.test"
RATE = 25.0
DISK_MB = 500
PATIENCE = 9.0
BAKE = 20
NOT_DONE = 3
ROLLBACK_STARTS = 30.0
"""Seconds within which the way back has to begin once a gate has tripped."""


@pytest.fixture(scope="module")
def steady(
    lab_operator: Operator, stocked_vps: Vps, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Steady]:
    """A stack on a good release, with visitors; they leave at the end."""
    updating = Updating(lab_operator, Stack(stocked_vps, CLIENT, DOMAIN), bake=BAKE)
    give_little_disk(stocked_vps, CLIENT, DISK_MB)
    updating.begin()
    with load_on(updating.stack, tmp_path_factory.mktemp("load"), RATE, mix="gentle") as load:
        yield Steady(updating, load)
    load.summary().demand_validity()


@pytest.mark.parametrize(
    "name",
    [
        "crash", "crash-later", "five-percent", "missing-secret", "idle-worker", "half-migration",
        "full-disk",
        pytest.param("slow", marks=pytest.mark.soak), pytest.param("other-schema", marks=pytest.mark.soak),
        pytest.param("never-ready", marks=pytest.mark.soak), pytest.param("leak", marks=pytest.mark.soak),
        pytest.param("blocked-migration", marks=pytest.mark.soak),
    ],
)  # fmt: skip
def test_the_good_release_serves_after(steady: Steady, name: str) -> None:
    _try(steady, name, PATIENCE)


@pytest.mark.soak
@pytest.mark.parametrize(("name", "patience"), [("crash-later", 60.0), ("leak", 180.0)])
def test_the_good_release_serves_after_a_fault_that_took_its_time(
    steady: Steady, name: str, patience: float
) -> None:
    steady.updating.bake = int(patience) + 60
    _try(steady, name, patience)


def _try(steady: Steady, name: str, patience: float) -> None:
    """Bring a bad release, and see what is left of it."""
    before, good = steady.state(), steady.updating.newest.release.database
    bad = bad_releases(good, patience)[name]
    circumstance = steady.locked("users") if name == "blocked-migration" else nullcontext()
    with steady.published(bad.images(), bad.database(good)) as version:
        with circumstance:
            ended = steady.updating.update(version)
        _assert_refused(steady, bad, ended)
        steady.assert_unchanged(before)
        if bad.served:
            _assert_not_tried_again(steady, version)


def _assert_refused(steady: Steady, bad: Bad, ended: Ended) -> None:
    assert ended.code == NOT_DONE, ended.text
    assert bad.reason in _reason(ended)
    if bad.line:
        assert bad.line in steady.log_of(bad.service or steady.failed_api)
    assert not bad.ended or steady.restarts_of(steady.failed_api) > 0
    if bad.served:
        assert _state(ended) == "rolled-back"
        assert steady.seconds_to_way_back() <= ROLLBACK_STARTS


def _reason(ended: Ended) -> str:
    """What the update says of the one client it was for."""
    return str(ended.result["targets"][0]["reason"])


def _state(ended: Ended) -> str:
    return str(ended.result["targets"][0]["state"])


def _assert_not_tried_again(steady: Steady, version: str) -> None:
    """Neither by an update, which knows of it, nor by the host, which knows of it, too."""
    before = steady.stack.runtimes()
    skipped = steady.updating.update(version)
    assert "failed here before" in skipped.text
    refused = steady.deploy()
    assert refused.code == 1, refused.text
    assert "was rolled back here before" in refused.err
    assert steady.stack.runtimes() == before


def test_an_image_that_no_registry_has(steady: Steady, registry: Registry) -> None:
    before = steady.state()
    registry.trust_on(steady.stack.vps)
    repository = f"{registry.host}/leadengine/api"
    gone = ImageRef(repository=repository, digest="sha256:" + "0" * 64, pulled=True)
    login = {
        "LECTL_REGISTRY": f"{registry.host}/leadengine",
        "LECTL_REGISTRY_USER": registry.user,
        "LECTL_REGISTRY_PASSWORD": registry.password,
    }
    with steady.published({"api": gone}) as version:
        ended = steady.updating.with_settings(**login).update(version)
    assert ended.code == NOT_DONE
    assert "does not have" in _reason(ended)
    steady.assert_unchanged(before)


def test_a_release_that_strangers_signed(steady: Steady, tmp_path: Path) -> None:
    """With all the operator's records, but keys of their own."""
    before = steady.state()
    stranger = _stranger(steady.updating.operator, tmp_path)
    good = steady.updating.newest
    wanted = {"version": "9.0.0", "images": {**good.release.images, "api": edition("strange")}}
    release = good.release.model_copy(update=wanted)
    sign_and_publish(stranger.data, Draft(release=release, files=good.files))
    ended = replace(steady.updating, operator=stranger).update("9.0.0")
    assert ended.code == NOT_DONE, ended.text
    assert "publisher" in _reason(ended)
    steady.assert_unchanged(before)


def _stranger(operator: Operator, home: Path) -> Operator:
    signed = shutil.ignore_patterns("releases", "release-keys", "stick")
    shutil.copytree(operator.home, home, ignore=signed, dirs_exist_ok=True)
    return replace(operator, home=home)
