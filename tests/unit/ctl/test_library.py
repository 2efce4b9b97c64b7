"""Releases on disk: complete or absent, and never changed."""

from pathlib import Path

import pytest

from leadengine_agent.values import version_key
from leadengine_ctl.errors import LeadEngineError, NotAllowedError, NotFoundError
from leadengine_ctl.releases.library import Library
from tests.unit.ctl.builders import a_bundle


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "releases")


def test_a_release_comes_back_as_it_was(library: Library) -> None:
    library.keep(a_bundle())
    assert library.load("1.0.0") == a_bundle()


def test_the_newest_is_the_highest_version(library: Library) -> None:
    for version in ("1.10.0", "1.9.0", "1.10.0-rc.1"):
        library.keep(a_bundle(version))
    assert library.versions() == ("1.10.0", "1.10.0-rc.1", "1.9.0")
    assert library.newest().release.version == "1.10.0"


def test_of_builds_of_one_version_the_later_wins(library: Library) -> None:
    for version in ("1.0.0+ffff", "1.0.0+0000"):
        library.keep(a_bundle(version))
    assert library.newest().release.version == "1.0.0+0000"


def test_versions_sort_as_semantic_versioning_says() -> None:
    order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11"]
    order += ["1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "2.0.0", "10.0.0"]
    assert sorted([*order[6:], *order[:6]], key=version_key) == order


def test_keeping_the_same_again_is_allowed_and_other_content_is_not(library: Library) -> None:
    library.keep(a_bundle())
    library.keep(a_bundle())
    other = a_bundle().release.model_copy(update={"notes": "changed"})
    with pytest.raises(NotAllowedError, match=r"Release 1\.0\.0 exists already with other content"):
        library.keep(a_bundle().model_copy(update={"release": other}))
    assert library.load("1.0.0") == a_bundle()


def test_a_changed_template_is_noticed(library: Library) -> None:
    folder = library.keep(a_bundle())
    template = next((folder / "templates" / "stack").iterdir())
    template.write_text("evil")
    with pytest.raises(LeadEngineError, match=r"Release 1\.0\.0 is damaged") as refused:
        library.load("1.0.0")
    assert refused.value.why == f"The template stack/{template.name} was changed."


def test_a_draft_that_was_never_finished_is_no_release(library: Library, tmp_path: Path) -> None:
    draft = tmp_path / "releases" / ".draft-x"
    draft.mkdir(parents=True)
    (draft / "manifest.json").write_text(a_bundle().release.model_dump_json())
    assert library.versions() == ()
    with pytest.raises(NotFoundError, match="There is no release to deploy"):
        library.newest()


def test_only_images_no_registry_serves_are_carried() -> None:
    bundle = a_bundle()
    assert len(bundle.carried) == 6
    assert bundle.order(None).login is None


def test_a_channel_lists_its_releases_newest_first(library: Library) -> None:
    for version in ("1.0.0", "1.1.0"):
        library.keep(a_bundle(version))
    assert [each.version for each in library.published("stable")] == ["1.1.0", "1.0.0"]
    assert library.published("stable")[0].release == a_bundle("1.1.0").release
    assert library.published("acme") == ()
