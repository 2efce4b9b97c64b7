"""An ordinary order never brings an older release."""

import json
from pathlib import Path

import pytest

from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import FailureCode, manifest_name
from leadengine_agent.trust.downgrade import refuse_downgrade


@pytest.fixture
def layout(tmp_path: Path) -> HostLayout:
    """A host that knows two builds of one version, published one after the other."""
    layout = HostLayout(tmp_path)
    layout.trust.mkdir(parents=True)
    targets = {
        manifest_name(f"1.0.0+{build}"): {"custom": {"serial": serial}}
        for build, serial in (("ffff", 1), ("0000", 2))
    }
    (layout.trust / "targets.json").write_text(json.dumps({"signed": {"targets": targets}}))
    return layout


@pytest.mark.parametrize(
    ("running", "wanted"),
    [("1.0.0", "1.0.1"), ("1.0.0-rc.1", "1.0.0"), ("1.0.0+ffff", "1.0.0+0000"), ("2.0.0", "2.0.0")],
)
def test_the_same_or_a_newer_release_may_come(
    layout: HostLayout, running: str, wanted: str
) -> None:
    refuse_downgrade(layout, running, wanted)


@pytest.mark.parametrize(
    ("running", "wanted"),
    [("1.0.1", "1.0.0"), ("1.0.0", "1.0.0-rc.1"), ("1.0.0+0000", "1.0.0+ffff")],
)
def test_an_older_release_is_refused(layout: HostLayout, running: str, wanted: str) -> None:
    with pytest.raises(TaskFailure) as refused:
        refuse_downgrade(layout, running, wanted)
    assert refused.value.failure.code is FailureCode.REFUSED
    assert wanted in refused.value.failure.what
    assert running in refused.value.failure.what


def test_a_host_without_metadata_goes_by_the_version(tmp_path: Path) -> None:
    with pytest.raises(TaskFailure):
        refuse_downgrade(HostLayout(tmp_path), "1.1.0", "1.0.0")
    refuse_downgrade(HostLayout(tmp_path), "1.0.0", "1.1.0")
